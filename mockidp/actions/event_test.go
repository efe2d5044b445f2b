package actions

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

// filled sets every field below v to something.
func filled(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem())
	case reflect.String:
		v.SetString("é<&>\"\\\n\x01\u2028")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(-7)
	case reflect.Float64:
		v.SetFloat(-122.19584)
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.ValueOf("b"), reflect.ValueOf("2"))
			v.SetMapIndex(reflect.ValueOf("a\""), reflect.ValueOf("1"))
		} else {
			v.Set(reflect.ValueOf(map[string]json.RawMessage{"groups": json.RawMessage(`["x"]`), "upn": json.RawMessage(`"y"`)}))
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(`{"k":[1,null,"x"]}`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		filled(v.Index(0))
		filled(v.Index(1))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Time]() {
			v.Set(reflect.ValueOf(At(time.Date(2026, 11, 22, 10, 0, 0, 123456789, time.FixedZone("", 3600)))))
			return
		}
		for i := range v.NumField() {
			filled(v.Field(i))
		}
	}
}

// standard is an event as encoding/json writes it.
func standard(t *testing.T, e *Event) any {
	t.Helper()
	type plain Event
	c := e.complete()
	b, err := json.Marshal((*plain)(&c))
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, b)
}

func decoded(t *testing.T, b []byte) (v any) {
	t.Helper()
	mustJSON(t, b, &v)
	return v
}

func TestEventsAreWrittenAsTheStandardLibraryWould(t *testing.T) {
	var full Event
	filled(reflect.ValueOf(&full).Elem())
	for name, e := range map[string]*Event{"every field": &full, "empty": {}, "sample": sampleEvent(t)} {
		got, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if want := standard(t, e); !reflect.DeepEqual(decoded(t, got), want) {
			t.Errorf("%s: got %s\nwant %v", name, got, want)
		}
	}
}

func TestEventsSurviveTheWayThroughJSON(t *testing.T) {
	var full, back Event
	filled(reflect.ValueOf(&full).Elem())
	b, err := json.Marshal(&full)
	if err != nil {
		t.Fatal(err)
	}
	mustJSON(t, b, &back)
	again, err := json.Marshal(&back)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(decoded(t, again), decoded(t, b)) {
		t.Errorf("got %s\nwant %s", again, b)
	}
	if string(back.User.Attributes["groups"]) != `["x"]` {
		t.Errorf("attributes are %s", back.User.Attributes)
	}
}

func TestAttributesCannotReplaceFieldsOfTheUser(t *testing.T) {
	u := User{UserID: "auth0|1", Attributes: map[string]json.RawMessage{"user_id": json.RawMessage(`"evil"`), "app_metadata": json.RawMessage(`{"admin":true}`), "upn": json.RawMessage(`"u"`)}}
	b, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	mustJSON(t, b, &m)
	if m["user_id"] != "auth0|1" || m["upn"] != "u" {
		t.Errorf("%s", b)
	}
}

func TestMetadataThatIsNotJSONIsRefused(t *testing.T) {
	e := Event{User: User{AppMetadata: json.RawMessage(`{"a":`)}}
	if b, err := e.MarshalJSON(); err == nil {
		t.Errorf("got %s", b)
	}
}
