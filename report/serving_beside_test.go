package report

import "testing"

// TestAccelerators: what is unknown has no line, and what makes the numbers doubtful is said.
func TestAccelerators(t *testing.T) {
	t.Parallel()
	check := func(a *Accelerators, want string) {
		t.Helper()
		var p servingPage
		if p.accelerators(a); p.String() != want {
			t.Errorf("got\n%s\nwant\n%s", p.String(), want)
		}
	}
	check(nil, "")
	check(&Accelerators{Count: 2, PowerCount: new(int64(1)), UtilPct: new(40.5), MemUsedBytes: new(1.5 * gib), MeanW: new(8.0),
		CoveredRatio: new(0.94), CappedRatio: new(0.06), ThrottledRatio: new(0.05)}, `-------------------Accelerators-------------------
Accelerators:                            2         
Mean utilisation (%):                    40.50     
Most memory used of one (GiB):           1.50      
Mean power of all (W):                   8.00      
Power and energy are of 1 of them: the others do not tell
Samples cover 94 % of the time
An accelerator was at the power cap in 6 % of its samples
`)
	check(&Accelerators{Count: 1, PowerCount: new(int64(1)), EnergyJ: new(30.0), CoveredRatio: new(1.0)}, `-------------------Accelerators-------------------
Accelerators:                            1         
Energy (J):                              30.00     
`)
}
