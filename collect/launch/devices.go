package launch

import (
	"fmt"
	"strconv"
	"strings"
)

// DevicesVariable chooses the accelerators of a server on DCUs and AMD's.
const DevicesVariable = "HIP_VISIBLE_DEVICES"

// Devices gives the first n accelerators: of the list that is set already, else 0, 1, ...
func Devices(set string, n int) (string, error) {
	var list []string
	if set != "" {
		list = strings.Split(set, ",")
		if len(list) < n {
			return "", fmt.Errorf("%s=%s names %d devices, %d are wanted", DevicesVariable, set, len(list), n)
		}
		return strings.Join(list[:n], ","), nil
	}
	for i := range n {
		list = append(list, strconv.Itoa(i))
	}
	return strings.Join(list, ","), nil
}
