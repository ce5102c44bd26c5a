// Package simulate is the embedded engine: an HTTP server that speaks the OpenAI API the way vLLM does, generates nothing
// but pseudo-random words, and takes a known time over it. Load behaves as on a server: requests wait for slots, steps
// grow with the batch, so queues grow and the ITL rises with concurrency. What it really sent, and when, it writes to a
// truth log, against which a client can be measured.
//
// It shares no wire code with package protocol, so that a mistake made twice cannot hide, and it imitates no model: text,
// sampling parameters, stop strings, log probabilities, tools and images mean nothing to it.
//
// The parts: a batch is the pure arithmetic of continuous batching; a scheduler gives it a clock; a stream turns what is
// generated into events on a connection; a fault spoils them on purpose.
package simulate
