package store

import "testing"

func TestMeanSummary(t *testing.T) {
	a := Summary{Completed: 3, Failed: 1, TotalInputTokens: new(int64(10)), MeanTTFT: new(1.0), P99ITL: new(5.0)}
	b := Summary{Completed: 4, TotalInputTokens: new(int64(13)), MeanTTFT: new(2.0)}
	m := MeanSummary([]Summary{a, b})
	if m.Completed != 4 || m.Failed != 1 || *m.TotalInputTokens != 12 || *m.MeanTTFT != 1.5 || *m.P99ITL != 5 || m.MeanITL != nil {
		t.Errorf("mean is %+v", m)
	}
	if one := MeanSummary([]Summary{a}); one.Completed != 3 || *one.MeanTTFT != 1 {
		t.Errorf("mean of one is %+v", one)
	}
}
