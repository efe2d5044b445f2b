package outbox_test

import (
	"testing"
	"time"

	"example.com/postlogin/mockidp/outbox"
)

func TestTheSettingNamesTheHostsThatAreCalled(t *testing.T) {
	for setting, want := range map[string][]string{
		"":                                 nil,
		"capture":                          nil,
		"allow:ntfy.sh":                    {"ntfy.sh"},
		"allow:ntfy.sh, 127.0.0.1:8080":    {"ntfy.sh", "127.0.0.1:8080"},
		"allow:[::1]:80,::1,[fe80::1]":     {"[::1]:80", "::1", "[fe80::1]"},
		"allow:Bücher.example:1,a_b.local": {"Bücher.example:1", "a_b.local"},
	} {
		got, err := outbox.ParseMode(setting)
		check(t, err)
		equal(t, setting, got, want)
	}
}

func TestAWrongSettingSaysWhatIsExpected(t *testing.T) {
	for setting, want := range map[string]string{
		"off":                      `expected capture or allow:host,host:port,…, got "off"`,
		"ntfy.sh":                  `expected capture or allow:host,host:port,…, got "ntfy.sh"`,
		"Capture":                  `got "Capture"`,
		"allow:":                   `got ""`,
		"allow:ntfy.sh,":           `got ""`,
		"allow:https://ntfy.sh":    `got "https://ntfy.sh"`,
		"allow:ntfy.sh/topic":      `got "ntfy.sh/topic"`,
		"allow:*":                  `got "*"`,
		"allow:*.example.com":      `got "*.example.com"`,
		"allow:ntfy.sh:0":          `got "ntfy.sh:0"`,
		"allow:ntfy.sh:65536":      `got "ntfy.sh:65536"`,
		"allow:ntfy.sh:080":        `got "ntfy.sh:080"`,
		"allow:ntfy.sh:http":       `got "ntfy.sh:http"`,
		"allow:me@ntfy.sh":         `got "me@ntfy.sh"`,
		"allow:ntfy.sh 10.0.0.1":   `got "ntfy.sh 10.0.0.1"`,
		"allow:a.example:":         `got "a.example:"`,
		"allow::80":                `got ":80"`,
		"allow:a.example,[::1]]:1": `got "[::1]]:1"`,
	} {
		allow, err := outbox.ParseMode(setting)
		if err == nil {
			t.Errorf("%q was read as %q", setting, allow)
			continue
		}
		contains(t, setting, err.Error(), want)
	}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	s := openStore(t, "memory:")
	for want, cfg := range map[string]outbox.Config{
		"Store is required":                           {},
		"OwnHosts are given, so Own is required":      {Store: s, OwnHosts: []string{"a.example"}},
		"Timeout is -1s":                              {Store: s, Timeout: -time.Second},
		`Allow: expected a host`:                      {Store: s, Allow: []string{"https://a.example"}},
		`OwnHosts: expected a host like ntfy.sh or a`: {Store: s, Own: never(t), OwnHosts: []string{"a/b"}},
	} {
		_, err := outbox.New(cfg)
		if err == nil {
			t.Errorf("made, want an error with %q", want)
			continue
		}
		contains(t, "error", err.Error(), want)
	}
}

// Which spelling of a host an entry stands for, told by who answers: here the
// provider's own handler, for which the lists are the same.
func TestAHostIsKnownByAllItsSpellings(t *testing.T) {
	b := start(t, outbox.Config{Own: text("own"), OwnHosts: []string{"Idp.Example", "localhost:9400", "[::1]:9400", "10.1.2.3", "bücher.example", "under_score.example"}})
	for address, want := range map[string]bool{
		"http://idp.example/":            true,
		"https://IDP.example:443/":       true,
		"https://idp.example./":          true,
		"http://idp.example:80/":         true,
		"http://idp.example:8080/":       false,
		"http://x.idp.example/":          false,
		"http://idp.example.evil.test/":  false,
		"http://idp.example@evil.test/":  false,
		"http://evil.test/idp.example":   false,
		"http://evil.test#@idp.example":  false,
		"http://localhost:9400/":         true,
		"https://localhost:9400/":        true,
		"http://localhost/":              false,
		"http://[0:0:0:0:0:0:0:1]:9400/": true,
		"http://[::1]/":                  false,
		"http://10.1.2.3/":               true,
		"http://[::ffff:10.1.2.3]/":      true,
		"http://bücher.example/":         true,
		"http://xn--bcher-kva.example/":  true,
		"http://under_score.example/":    true,
	} {
		_, err := b.get(address)
		check(t, err)
		equal(t, address, b.kept().Mode == outbox.ModeOwn, want)
	}
}
