package dashboard

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"example.com/postlogin/mockidp/ui"
)

const (
	// maxStreams is how many pages may follow the log at the same time: a class,
	// with a few tabs each. A browser's tabs share one stream, see logs.js.
	maxStreams = 100
	// lookEvery is how often a stream looks for new logins. The look is one query
	// that finds nothing, so it costs less than telling each stream apart would.
	lookEvery = 400 * time.Millisecond
	// heartbeat keeps proxies from ending a quiet stream.
	heartbeat = 15 * time.Second
	// writeWithin ends a stream whose reader has gone without saying so.
	writeWithin = 10 * time.Second
)

// live tells of new logins by server-sent events (HTML, "Server-sent events"): the
// event "logins" has as its data, and as its id, the number of the newest one. What
// is new the page asks for itself, with its search. A browser that comes back names
// the last id it had.
func (d *Dashboard) live(w http.ResponseWriter, r *http.Request) error {
	if d.streams.Add(1) > maxStreams {
		d.streams.Add(-1)
		return &pageError{status: http.StatusServiceUnavailable, Problem: ui.Problem{
			Title: "Too many pages follow the log", Detail: fmt.Sprintf("At most %d can. Close some, or reload this one to see what is new.", maxStreams),
		}}
	}
	defer d.streams.Add(-1)
	ctx := r.Context()
	seen, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil {
		if seen, err = d.journal.seq(ctx, d.cfg.Store); err != nil {
			return err
		}
	}
	s := &stream{w: w, control: http.NewResponseController(w)}
	// The server's limit for reading a request would end the stream.
	_ = s.control.SetReadDeadline(time.Time{}) // where there is no such limit, none need be lifted
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if s.send("retry: 2000\n: follows the log\n\n") != nil {
		return nil
	}
	look, beat := time.NewTicker(lookEvery), time.NewTicker(heartbeat)
	defer look.Stop()
	defer beat.Stop()
	for {
		text := ""
		select {
		case <-ctx.Done():
			return nil
		case <-d.ending:
			return nil
		case <-beat.C:
			text = ": still here\n\n"
		case <-look.C:
			newest, err := d.journal.seq(ctx, d.cfg.Store)
			if err != nil {
				return nil // the browser asks again
			}
			if newest != seen {
				text = fmt.Sprintf("id: %d\nevent: logins\ndata: %d\n\n", newest, newest)
			}
			seen = newest
		}
		if text != "" && s.send(text) != nil {
			return nil
		}
	}
}

// stream is an answer that goes on.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s *stream) send(text string) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(writeWithin)) // where it can't be set, the server has one of its own or none
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}

// EndStreams ends the streams of all pages, so that a server that shuts down need not
// wait for them. New ones end at once.
func (d *Dashboard) EndStreams() { d.endOnce.Do(func() { close(d.ending) }) }
