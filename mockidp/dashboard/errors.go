package dashboard

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/a-h/templ"

	"example.com/postlogin/mockidp/ui"
)

// maxFormBytes bounds a posted form: an Action's code, an event, and the fields
// around them, each percent-encoded.
const maxFormBytes = 2 << 20

// pageError is a failure that has a page of its own.
type pageError struct {
	ui.Problem
	status int
	cause  error // for the log, may be nil
}

func (e *pageError) Error() string { return e.Title }
func (e *pageError) Unwrap() error { return e.cause }

// handlerFunc is an HTTP handler that reports failure as a value.
// It must not write to w before returning a non-nil error.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// handle adapts h to net/http. It is the only place that logs a failed request
// and renders an error page.
func (d *Dashboard) handle(h handlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil || r.Context().Err() != nil {
			return // answered, or the browser has gone
		}
		page, ok := errors.AsType[*pageError](err)
		if !ok {
			page = &pageError{status: http.StatusInternalServerError, cause: err, Problem: ui.Problem{
				Title: "Something went wrong", Detail: "The dashboard has failed. Go back and try again.",
			}}
		}
		problem := page.Problem
		problem.Base, problem.RequestID = d.cfg.BasePath, w.Header().Get("X-Request-Id")
		if problem.Back.URL == "" {
			problem.Back = ui.Link{Label: "Back to the dashboard", URL: d.root}
		}
		level := slog.LevelInfo
		if page.status >= 500 {
			level = slog.LevelError
		}
		attrs := []slog.Attr{slog.String("id", problem.RequestID), slog.String("method", r.Method), slog.Int("status", page.status), slog.String("page", page.Title)}
		if page.cause != nil {
			attrs = append(attrs, slog.Any("err", page.cause))
		}
		d.log.LogAttrs(r.Context(), level, "dashboard answered with an error", attrs...)
		if err := ui.Render(w, r, page.status, ui.ErrorPage(problem)); err != nil {
			http.Error(w, "Something went wrong.", http.StatusInternalServerError)
		}
	})
}

// show answers with a page.
func (d *Dashboard) show(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	return ui.Render(w, r, status, page)
}

// seeOther sends the browser to a page below [Path] after a form was posted, so
// that a reload posts nothing.
func (d *Dashboard) seeOther(w http.ResponseWriter, r *http.Request, path string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, d.root+path, http.StatusSeeOther)
	return nil
}

// nowhere answers for addresses without a page.
func (d *Dashboard) nowhere(_ http.ResponseWriter, r *http.Request) error {
	return &pageError{status: http.StatusNotFound, Problem: ui.Problem{
		Title: "The dashboard has no page here", Detail: "Nothing answers " + r.Method + " at this address.",
	}}
}

// parseForm fills r.PostForm from a body of limited size.
func parseForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	err := r.ParseForm()
	if err == nil {
		return nil
	}
	status := http.StatusBadRequest
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		status = http.StatusRequestEntityTooLarge
	}
	return &pageError{status: status, cause: err, Problem: ui.Problem{
		Title: "The form can't be read", Detail: fmt.Sprintf("It was damaged on its way, or it is larger than %d MB. Go back and send it again.", maxFormBytes>>20),
	}}
}
