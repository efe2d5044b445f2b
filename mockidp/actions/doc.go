// Package actions runs the JavaScript of post-login Actions as Auth0 does: it
// compiles them, calls their handlers with an event and an api, and returns
// what they asked for. It owns no HTTP endpoint and no table. Its caller builds
// the [Event], and carries out the [Outcome]: adds claims to tokens, saves
// metadata, refuses logins.
//
// # Isolation
//
// Action code is other people's code. A [Runner] runs it in worker processes:
// its own binary again, started with a hidden argument that [ServeIfWorker]
// looks for. A worker has an empty environment, no way to the network, a bounded
// heap, and knows no secret but those in the event it is given. JavaScript that
// exceeds its time is interrupted; what can't be interrupted (loops inside the
// engine's own functions, parsers at hostile text) is killed with its worker
// shortly after. The text of an Action is not even parsed in the server's
// process: that alone can take minutes.
//
// What a run may cost the server after it is bounded too, by number and by
// bytes: calls of api, requests, console output, warnings, the text of an error,
// metadata, the nesting of values (run.go, api.go, tojson.go).
//
// With Config.InProcess everything runs in the calling process. That is for
// tests, and for places where no child can be started. It interrupts endless
// loops of JavaScript, and nothing else: such an Action can take all memory or
// hang its goroutine for ever.
//
// # One run
//
//	server: PostLogin ─ flow.go ─ pool.go ─ process.go ──frames over pipes──┐
//	worker: worker.go ─ engine.go ─ run.go (one run) in world.go (one global) ┘
//
// flow.go writes the event, takes a worker and sends one frame. In the worker
// engine.go finds the Action's world: a JavaScript global in which the module's
// top level has run once. Worlds are kept warm, one per deployed version, as
// Auth0 keeps its instances; Actions and versions never share one. The handler
// gets its own event and api; each api call is checked and recorded on the Go
// side at once, where the Action can't change it any more. One frame brings back
// commands, console, errors in the author's lines, and requests. claims.go then
// decides on the server which claims may enter a token.
//
// The api itself is the table in apitable.go. The Node surface (console, timers,
// Buffer, URL, fetch, crypto, http, Intl, …) is in prelude/*.js over the Go
// functions listed in host.go, each part loaded at first use. None of these
// functions can be interrupted: each bounds what it takes in, and what it does.
// Where Node's own code is to be had as a package of npm (streams, events,
// paths), it comes from there.
//
// # Compatibility
//
// Behaviour follows Auth0's documentation ("Actions Triggers: post-login",
// "Actions limitations", "Create Custom Claims"). Where the real service is
// silent (a reserved or undefined claim, a member of event that does not exist)
// the run carries a [Warning]. What is not built, and what could only be
// answered wrongly, throws and says so. support.go tells what there is of each
// member of event and api; docs/actions.md shows it.
package actions

//go:generate go run ./gen ../../docs/actions.md
