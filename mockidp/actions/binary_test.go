package actions

import (
	"context"
	"testing"
)

// TestBodiesOfAnyBytes sends bytes that are no text from an Action and back,
// through a worker and in this process.
func TestBodiesOfAnyBytes(t *testing.T) {
	var got string
	echo := func(_ context.Context, q OutgoingRequest) (OutgoingResponse, error) {
		got = q.Body
		return OutgoingResponse{Status: 200, Body: q.Body, Headers: map[string]string{"content-type": "application/octet-stream"}}, nil
	}
	for name, cfg := range map[string]Config{"worker": {Fetch: echo, Workers: 1}, "in process": {Fetch: echo, InProcess: true}} {
		t.Run(name, func(t *testing.T) {
			out := login(t, newRunner(t, cfg), handler("binary", "", `
				const sent = new Uint8Array([0, 1, 127, 128, 254, 255, 0xc3]);
				const r = await fetch("https://h.test/", { method: "POST", body: sent });
				api.idToken.setCustomClaim("fetch", [...new Uint8Array(await r.arrayBuffer())].join());
				api.idToken.setCustomClaim("http", await new Promise((resolve) => {
					require("https").request("https://h.test/", { method: "POST" }, (res) => {
						const parts = [];
						res.on("data", (d) => parts.push(d)).on("end", () => resolve([...Buffer.concat(parts)].join()));
					}).end(sent);
				}));`))
			if out.Failed != nil {
				t.Fatal(out.Failed.Error.Stack)
			}
			if want := "\x00\x01\x7f\x80\xfe\xff\xc3"; got != want {
				t.Errorf("the server got %q, want %q", got, want)
			}
			for _, name := range []string{"fetch", "http"} {
				if got := string(out.IDToken[name]); got != `"0,1,127,128,254,255,195"` {
					t.Errorf("the Action got %s by %s", got, name)
				}
			}
		})
	}
}
