package actions

import (
	"context"
	"errors"
	"time"
)

// ErrBusy is what PostLogin returns when Config.AtOnce flows are running and none
// of them has ended within a second.
var ErrBusy = errors.New("actions: too many flows are running at once")

// turnWait is how long a flow waits for its turn. Healthy ones take milliseconds:
// whoever waits longer waits for Actions that hang, which may take Limits.Time.
const turnWait = time.Second

// turn waits until fewer than Config.AtOnce flows are running. The caller calls
// done when its own has ended.
func (r *Runner) turn(ctx context.Context) (done func(), err error) {
	if r.turns == nil {
		return func() {}, nil
	}
	patience := time.NewTimer(turnWait)
	defer patience.Stop()
	select {
	case r.turns <- struct{}{}:
		return func() { <-r.turns }, nil
	case <-patience.C:
		return nil, ErrBusy
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
