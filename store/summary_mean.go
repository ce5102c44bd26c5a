package store

import (
	"math"
	"reflect"
)

// MeanSummary is the mean of each number over the summaries that know it, counts rounded to whole ones. Percentiles are
// averaged too: they are then typical ones of a run, not those of all requests together.
func MeanSummary(all []Summary) Summary {
	var mean Summary
	out := reflect.ValueOf(&mean).Elem()
	for i := range out.NumField() {
		sum, n := 0.0, 0
		for _, s := range all {
			v := reflect.ValueOf(s).Field(i)
			if v.Kind() == reflect.Pointer {
				if v.IsNil() {
					continue
				}
				v = v.Elem()
			}
			if v.CanInt() {
				sum += float64(v.Int())
			} else {
				sum += v.Float()
			}
			n++
		}
		if n == 0 {
			continue
		}
		field := out.Field(i)
		if field.Kind() == reflect.Pointer {
			field.Set(reflect.New(field.Type().Elem()))
			field = field.Elem()
		}
		if field.CanInt() {
			field.SetInt(int64(math.Round(sum / float64(n))))
		} else {
			field.SetFloat(sum / float64(n))
		}
	}
	return mean
}
