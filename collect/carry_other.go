//go:build !linux

package collect

import "context"

// plainCarrier is net/http where package wire has no poller.
func (e *Engine) plainCarrier(context.Context) (carrier, error) { return e.newHTTPCarrier(), nil }

// carried is nothing: net/http keeps what it needs.
type carried struct{}
