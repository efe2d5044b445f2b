package actions

import (
	"bytes"
	"reflect"
	"testing"
	"time"
)

func TestRunFramesComeBackAsTheyWere(t *testing.T) {
	want := runRequest{number: 7, key: programKey{1, 2, 31: 9}, cold: true, budget: 1500 * time.Millisecond, event: []byte(`{"a":1}`)}
	frame := finishFrame(want.append(beginFrame(nil, frameRun)))
	var buf []byte
	kind, payload, err := readFrame(bytes.NewReader(frame), &buf)
	if err != nil || kind != frameRun {
		t.Fatal(kind, err)
	}
	if got, err := parseRun(payload); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestFramesThatCannotBeAreRefused(t *testing.T) {
	var buf []byte
	for name, b := range map[string][]byte{
		"nothing":       {},
		"half a header": {frameRun, 1},
		"too large":     {frameRun, 0xff, 0xff, 0xff, 0xff},
		"cut off":       {frameRun, 5, 0, 0, 0, 'x'},
	} {
		if kind, payload, err := readFrame(bytes.NewReader(b), &buf); err == nil {
			t.Errorf("%s: got %c %q", name, kind, payload)
		}
	}
	if _, err := parseRun([]byte("short")); err == nil {
		t.Error("a short run frame was taken")
	}
}

// FuzzBuildJSON compares the event builder with the engine's JSON.parse.
func FuzzBuildJSON(f *testing.F) {
	for _, s := range []string{`{}`, `[1,-2.5e3,"a\u00e9\ud83d\ude00",true,null]`, `{"__proto__":{"x":1},"a":{"b":[{}]}}`, `{"a":1,"a":2}`, ` { "k" : [ ] } `, `{`, `"`, `[1,]`, `{"a"}`, `-0`, `1e400`} {
		f.Add(s)
	}
	p, err := compile("")
	if err != nil {
		f.Fatal(err)
	}
	w := newWorld(p)
	f.Fuzz(func(t *testing.T, s string) {
		v, err := w.buildJSON([]byte(s), nil)
		if err != nil {
			return // what it refuses, encoding/json never wrote
		}
		got := string(w.toJSON(v))
		w.rt.Set("text", s)
		want, err := w.rt.RunString("JSON.stringify(JSON.parse(text))")
		if err != nil {
			return // the engine is stricter; events are well-formed
		}
		if got != want.String() {
			t.Errorf("%q gave %s, want %s", s, got, want)
		}
	})
}
