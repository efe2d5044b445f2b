package actions

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func (u *usage) String() string {
	if u == nil {
		return "*"
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(u.members)) {
		parts = append(parts, k+":"+u.members[k].String())
	}
	return "{" + strings.Join(parts, " ") + "}"
}

func TestUsedMembersOfTheEvent(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"plain chains", `f(event.stats.logins_count, event.request.geoip.cityName)`, "{request:{geoip:{cityName:*}} stats:{logins_count:*}}"},
		{"a shorter chain takes all below", `event.user.email; event.user; event.user.name`, "{user:*}"},
		{"optional chains", `event.authorization?.roles; event?.user?.email`, "{authorization:{roles:*} user:{email:*}}"},
		{"a method sees its whole object", `event.user.app_metadata.hasOwnProperty("x"); event.user?.name?.trim()`, "{user:{app_metadata:* name:*}}"},
		{"a computed member means all of its object", `event.user.app_metadata[key]; event.client["name"]`, "{client:* user:{app_metadata:*}}"},
		{"assignment", `event.user.x = event.stats.logins_count`, "{stats:{logins_count:*} user:{x:*}}"},
		{"destructuring below the event", `const { geoip } = event.request`, "{request:*}"},
		{"no use", `f()`, "{}"},
		{"event handed on", `f(event)`, "*"},
		{"event computed", `event["user"]`, "*"},
		{"event destructured", `const { user } = event`, "*"},
		{"event spread", `f({ ...event })`, "*"},
		{"event in shorthand", `f({ event })`, "*"},
		{"event assigned", `const e = event`, "*"},
		{"event enumerated", `for (const k in event) f(k)`, "*"},
		{"event tested", `"user" in event`, "*"},
		{"event in a template", "`${event}`", "*"},
		{"event as receiver", `event.hasOwnProperty("user")`, "*"},
		{"arguments", `f(arguments[0])`, "*"},
		{"eval", `eval("event")`, "*"},
		{"this", `f(this)`, "*"},
		{"exports read", `exports.onExecutePostLogin.call(null, {})`, "*"},
		{"exports handed on", `wrap(exports)`, "*"},
		{"escaped names", `ev\u0065nt.user`, "*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := compile("exports.onExecutePostLogin = async function (event, api) {\n" + tt.body + "\n};")
			if err != nil {
				t.Fatal(err)
			}
			if got := p.uses.String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	for name, source := range map[string]string{
		"a default for the parameter": `exports.onExecutePostLogin = async (event = {}, api) => { event.user.email; };`,
		"a pattern as parameter":      `exports.onExecutePostLogin = async ({ user }, api) => { user.email; };`,
		"a handler made elsewhere":    `exports.onExecutePostLogin = wrap(async (event, api) => { event.user.email; });`,
		"a handler assigned twice":    `exports.onExecutePostLogin = async (event) => { event.user.email; }; exports.onExecutePostLogin = async (event) => {};`,
		"another one in a block":      `exports.onExecutePostLogin = async (event) => { event.user.email; }; if (true) exports.onExecutePostLogin = async (e) => { e.user.name; };`,
		"module.exports replaced":     `exports.onExecutePostLogin = async (event) => { event.user.email; }; module.exports = wrap(module.exports);`,
		"no handler":                  `exports.x = 1;`,
	} {
		p, err := compile(source)
		if err != nil {
			t.Fatal(err)
		}
		if p.uses != nil {
			t.Errorf("%s: got %s, want everything", name, p.uses)
		}
	}
}
