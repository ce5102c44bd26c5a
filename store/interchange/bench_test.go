package interchange

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkImport reads a result file of vLLM's with 200,000 tokens.
func BenchmarkImport(b *testing.B) {
	const requests, tokens = 1000, 200
	gaps := strings.TrimSuffix(strings.Repeat("0.020123456789, ", tokens-1), ", ")
	repeat := func(s string) string { return strings.TrimSuffix(strings.Repeat(s+", ", requests), ", ") }
	var text bytes.Buffer
	fmt.Fprintf(&text, `{"date": "20260102-030405", "backend": "vllm", "model_id": "m", "input_lens": [%s], "output_lens": [%s], "ttfts": [%s], "itls": [%s], "errors": [%s]}`,
		repeat("100"), repeat("200"), repeat("0.1"), repeat("["+gaps+"]"), repeat(`""`))
	path := filepath.Join(b.TempDir(), "file.json")
	if err := os.WriteFile(path, text.Bytes(), 0o666); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		for run, err := range Read(Source{Path: path}, Auto) {
			if err != nil || len(run.Records) != requests || len(run.Records[0].TNS) != tokens {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(requests*tokens*b.N)/b.Elapsed().Seconds()/1e6, "Mtok/s")
}
