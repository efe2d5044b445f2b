// Package outbox answers the HTTP requests that Actions make and keeps each of
// them. By default nothing leaves this machine: a request is captured and
// answered 200 {}. In this order,
//
//  1. a rule of the operator answers what fits it;
//  2. the provider's own hosts are served in this process, by Config.Own;
//  3. hosts on Config.Allow are really called, if their address may be reached;
//  4. everything else is captured.
//
// A redirect is a request of its own, with one difference: where it leads to a
// host that would be captured, it is refused, because a made-up answer after a
// real one would be mistaken for a real one.
//
//	outbox.go    Config, Fetch: one request from the Action's side
//	route.go     who answers; redirects
//	rule.go      which requests a rule fits
//	call.go      the network; headers.go what crosses it
//	dial.go      which addresses may be reached; address.go the list of others
//	own.go       the provider's own host
//	mode.go      the setting MOCKIDP_OUTBOX and the hosts it names
//	record.go    what is kept of a request
//	handler.go   /_mock/outbox; handlerrules.go its rules; redact.go what it hides
//
// The package does not decide who may see what it keeps: whoever mounts Handler
// must ask for the admin's token. It does not carry cookies from one request to
// the next, and bodies are text on both sides.
package outbox
