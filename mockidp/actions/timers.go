package actions

import (
	"cmp"
	"slices"
	"time"

	"github.com/dop251/goja"
)

// timers are the timers of one run. Nothing fires by itself: run.wait calls
// fireTimers when the next one is due.
type timers struct {
	list []*timer
	last int64
}

type timer struct {
	id    int64
	at    time.Time
	every time.Duration // 0: once
	call  goja.Callable
	args  []goja.Value
}

const maxTimers = 10_000

// next is when the next timer is due; false when there is none.
func (t *timers) next() (at time.Time, ok bool) {
	for _, x := range t.list {
		if !ok || x.at.Before(at) {
			at, ok = x.at, true
		}
	}
	return at, ok
}

// hostTimer starts a timer: function, milliseconds, arguments, repeat. It
// returns its number.
func hostTimer(w *world, args hostArgs) goja.Value {
	r := w.run
	call, ok := goja.AssertFunction(args.at(0))
	if !ok {
		w.throw("TypeError", `The "callback" argument must be of type function. Received `+newInspector(w).inspect(args.at(0)))
	}
	if len(r.timers.list) >= maxTimers {
		w.throw("RangeError", "too many timers")
	}
	ms := args.at(1).ToFloat()
	if !(ms >= 1 && ms <= 1<<31-1) { // as Node: NaN, too small and too large are 1
		ms = 1
	}
	d := time.Duration(ms * float64(time.Millisecond))
	r.timers.last++
	t := &timer{id: r.timers.last, at: time.Now().Add(d), call: call}
	if rest, ok := args.at(2).(*goja.Object); ok {
		t.args = w.arguments(rest)
	}
	if args.at(3).ToBoolean() {
		t.every = d
	}
	r.timers.list = append(r.timers.list, t)
	return w.rt.ToValue(t.id)
}

// hostClearTimer stops the timer of that number, if there is one.
func hostClearTimer(w *world, args hostArgs) goja.Value {
	id := args.at(0).ToInteger()
	w.run.timers.list = slices.DeleteFunc(w.run.timers.list, func(t *timer) bool { return t.id == id })
	return nil
}

// hostClock is the time since the world was made, in milliseconds.
func hostClock(w *world, _ hostArgs) goja.Value {
	return w.rt.ToValue(float64(time.Since(w.born).Microseconds()) / 1000)
}

// fireTimers calls what is due, in the order of its time.
func (r *run) fireTimers(w *world) error {
	now := time.Now()
	var due []*timer
	for _, t := range r.timers.list {
		if !t.at.After(now) {
			due = append(due, t)
		}
	}
	slices.SortStableFunc(due, func(a, b *timer) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	for _, t := range due {
		if !slices.Contains(r.timers.list, t) {
			continue // cleared by one that fired just before
		}
		if t.every > 0 {
			t.at = now.Add(t.every)
		} else {
			r.timers.list = slices.DeleteFunc(r.timers.list, func(x *timer) bool { return x == t })
		}
		if _, err := t.call(goja.Undefined(), t.args...); err != nil {
			return err // an exception in a timer ends the process in Node
		}
	}
	return nil
}
