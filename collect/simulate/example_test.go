package simulate_test

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"llmbench/collect/simulate"
)

// A server that needs 2 ms to the first token and 1 ms for each further one, whoever asks.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	config := simulate.Default()
	config.Fixed = &simulate.FixedTiming{TTFT: 2 * time.Millisecond, ITL: time.Millisecond}
	server, err := simulate.New(config)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go server.Serve(ctx, listener)

	answer, err := http.Post(server.URL()+"/v1/completions", "application/json",
		strings.NewReader(`{"prompt":"Hi!","max_tokens":4,"ignore_eos":true,"stream":true}`))
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	events, last := 0, ""
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			events, last = events+1, data
		}
	}
	fmt.Println(events, "events, the last is", last)
	// Output:
	// 5 events, the last is [DONE]
}
