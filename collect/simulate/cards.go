package simulate

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// What a made-up card draws: at rest, and beyond that with all its units busy.
const (
	cardRestW     = 90
	cardLoadW     = 260
	cardRestC     = 45
	cardLoadC     = 25
	cardMemory    = 64 << 30
	cardModelPart = 0.85 // of the memory, which an engine takes when it starts
)

// writeCards prints so many accelerators in the words of Hygon's DCU-Exporter, each as busy as the requests that run make
// it: nothing about a real card, but samples for the whole way from a page of metrics to joules per token.
func writeCards(w io.Writer, cards, running int) error {
	if cards == 0 {
		return nil
	}
	busy := 1 - math.Exp(-float64(running)/6)
	var b strings.Builder
	for _, family := range []struct {
		name  string
		value float64
	}{
		{"dcu_temp", cardRestC + cardLoadC*busy},
		{"dcu_power_usage", cardRestW + cardLoadW*busy},
		{"dcu_usedmemory_bytes", cardModelPart * cardMemory},
		{"dcu_memorycap_bytes", cardMemory},
		{"dcu_utilizationrate", math.Round(100 * busy)},
	} {
		fmt.Fprintf(&b, "# TYPE %s gauge\n", family.name)
		for card := range cards {
			fmt.Fprintf(&b, "%s{device_id=\"simulated-%d\",minor_number=\"%[2]d\",name=\"simulated\",node=\"simulated\"} %.6g\n", family.name, card, family.value)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
