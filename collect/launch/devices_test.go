package launch

import "testing"

func TestDevices(t *testing.T) {
	check := func(set string, n int, want string) {
		t.Helper()
		got, err := Devices(set, n)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%d devices of %q are %q, want %q", n, set, got, want)
		}
	}
	check("", 4, "0,1,2,3")
	check("4,5,6,7", 2, "4,5")
	check("4,5", 4, "error")
}

func TestNodes(t *testing.T) {
	nodes := map[int64]int{0: 3, 1: 1, 2: 3}
	check := func(devices, want string) {
		t.Helper()
		got, err := Nodes(devices, nodes)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("nodes of %q are %q, want %q", devices, got, want)
		}
	}
	check("0,1,2", "1,3")
	check("0", "3")
	check("0,7", "error")
	check("", "error")
}
