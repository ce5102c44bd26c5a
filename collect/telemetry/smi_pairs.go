package telemetry

import (
	"regexp"
	"strconv"
	"strings"

	"llmbench/store"
)

// What these tools call JSON often is none: commas are missing, keys repeat, log lines stand around it, units and bare
// words stand where strings should. Real outputs are in testdata. So cards are found by their keys, and within each the
// pairs "key": value, whatever stands between them.
var (
	smiCard = regexp.MustCompile(`"(?:card|dcu|hcu|gpu)\s*(\d+)"\s*:\s*\{`)
	smiPair = regexp.MustCompile(`"([^"\n]*)"\s*:\s*(?:"([^"\n]*)"|([^",{}\n]+))`)
	smiUnit = regexp.MustCompile(`\((b|kib|mib|gib)\)`)
)

// parseSMIPairs gives a row for each card's block that says anything.
func parseSMIPairs(text string) []*store.DeviceSample {
	cards := smiCard.FindAllStringSubmatchIndex(text, -1)
	var rows []*store.DeviceSample
	for i, at := range cards {
		number, err := strconv.ParseInt(text[at[2]:at[3]], 10, 32)
		if err != nil {
			continue
		}
		end := len(text)
		if i+1 < len(cards) {
			end = cards[i+1][0]
		}
		row := &store.DeviceSample{Device: number}
		for _, pair := range smiPair.FindAllStringSubmatch(text[at[1]:end], -1) {
			setSMI(row, strings.ToLower(pair[1]), strings.TrimSpace(pair[2]+pair[3]))
		}
		if told(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

func setSMI(row *store.DeviceSample, key, value string) {
	for _, k := range smiKeys {
		if !containsAll(key, k.words) {
			continue
		}
		if unit := smiUnit.FindStringSubmatch(key); unit != nil {
			value += "|" + unit[1]
		}
		k.set(row, value)
		return
	}
}

func containsAll(s string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(s, word) {
			return false
		}
	}
	return true
}

// told tells whether a card said anything of itself.
func told(r *store.DeviceSample) bool {
	return r.UtilPct != nil || r.PowerW != nil || r.TempC != nil || r.MemUsedBytes != nil || r.MemTotalBytes != nil || r.ClockMHz != nil ||
		r.PowerCapW != nil || r.Name != nil
}
