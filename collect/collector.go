package collect

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// garbageRoom is how much garbage may gather before a collection, beside what lives: a collection in the first second
// would be seen as the server's, and a gigabyte by whoever measures beside the server.
const garbageRoom = 128 << 20

// easeCollector collects now and then seldom, until the function it gives is called.
func easeCollector() (restore func()) {
	runtime.GC()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	const runtimeDefault, most = 100, 400
	percent := garbageRoom * 100 / max(live[0].Value.Uint64(), 1)
	before := debug.SetGCPercent(int(min(max(percent, runtimeDefault), most)))
	return func() { debug.SetGCPercent(before) }
}
