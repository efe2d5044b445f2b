package login

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
)

// rfcSecret is the secret of the test vectors in base32 (RFC 6238 appendix B).
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

// The vectors have eight digits; a code of six digits is their end (RFC 4226 section 5.3).
func TestCodesAreThoseOfRFC6238(t *testing.T) {
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		now := time.Unix(at, 0)
		if got, _, err := nextTOTP(rfcSecret, 0, now); got != want || err != nil {
			t.Errorf("at %d: code %q, %v; want %q", at, got, err, want)
		}
		for _, late := range []time.Duration{0, -30 * time.Second, 30 * time.Second} {
			step, ok, err := matchTOTP(rfcSecret, want, now.Add(late))
			if !ok || step != at/30 || err != nil {
				t.Errorf("at %d, %v late: step %d, %v, %v; want %d", at, late, step, ok, err, at/30)
			}
		}
		for _, late := range []time.Duration{-time.Minute - time.Second, time.Minute + time.Second} {
			if _, ok, _ := matchTOTP(rfcSecret, want, now.Add(late)); ok && at > 60 { // no clock shows a time before 1970
				t.Errorf("at %d: a code that is %v late counts", at, late)
			}
		}
	}
	if _, _, err := matchTOTP("no base32!", "000000", time.Unix(0, 0)); err == nil {
		t.Error("a damaged secret is no error")
	}
}

func TestTheHelpIsACodeThatStillCounts(t *testing.T) {
	secret := newTOTPSecret()
	now := time.Unix(1_900_000_000, 0)
	last, waited := int64(0), 0
	for range 200 {
		code, wait, err := nextTOTP(secret, last, now)
		if err != nil {
			t.Fatal(err)
		}
		if code == "" {
			waited++
			if wait <= 0 || wait > totpPeriod*time.Second {
				t.Fatalf("wait %v, want at most one step", wait)
			}
			now = now.Add(wait)
			if code, _, _ = nextTOTP(secret, last, now); code == "" {
				t.Fatalf("no code after the wait of %v", wait)
			}
		}
		step, ok, err := matchTOTP(secret, code, now)
		if !ok || err != nil || step <= last {
			t.Fatalf("the help shows the code of step %d, ok %v, %v; the last one used is %d", step, ok, err, last)
		}
		last, now = step, now.Add(7*time.Second)
	}
	if waited == 0 {
		t.Error("the codes were never used up: this test proves nothing")
	}
}

func TestTheQRCodeIsDrawnAsItIs(t *testing.T) {
	text := totpURL("ada+test@example.test", rfcSecret)
	if want := "otpauth://totp/Mock%20identity%20provider:ada+test@example.test?issuer=Mock%20identity%20provider&secret=" + rfcSecret; text != want {
		t.Errorf("URL = %q, want %q", text, want)
	}
	p, err := qrPicture(text)
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[string]bool{}
	for run := range strings.SplitSeq(strings.TrimSuffix(p.Path, "z"), "z") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &n, &back); err != nil || n != back {
			t.Fatalf("path has %q: %v", run, err)
		}
		for i := range n {
			drawn[fmt.Sprint(x+i, y)] = true
		}
	}
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	size := code.Bounds().Dx()
	if p.Side != size+8 {
		t.Errorf("picture is %d modules wide, want %d and a quiet zone of 4 on each side", p.Side, size)
	}
	dark := 0
	for y := range size {
		for x := range size {
			r, _, _, _ := code.At(x, y).RGBA()
			if r == 0 {
				dark++
			}
			if drawn[fmt.Sprint(x+4, y+4)] != (r == 0) {
				t.Fatalf("module %d, %d is drawn wrong", x, y)
			}
		}
	}
	if len(drawn) != dark || dark == 0 {
		t.Errorf("%d modules drawn, want %d", len(drawn), dark)
	}
}

func TestRecoveryCodesAreReadAsPeopleCopyThem(t *testing.T) {
	code := newRecoveryCode()
	if len(code) != 24 || code == newRecoveryCode() {
		t.Errorf("code %q, want 24 characters that are new each time", code)
	}
	for _, copied := range []string{fours(code), strings.ToLower(code), " " + strings.ReplaceAll(fours(code), " ", "-") + "\t"} {
		if recoveryHash(copied) != recoveryHash(code) {
			t.Errorf("%q is not taken for %q", copied, code)
		}
	}
	if recoveryHash(code[:23]) == recoveryHash(code) || strings.Contains(recoveryHash(code), code) {
		t.Error("half a code, or the hash, gives the code away")
	}
}

func TestAddressesForCodes(t *testing.T) {
	for _, tt := range []struct{ kind, text, want string }{
		{factorPhone, "+12025550123", "+12025550123"},
		{factorPhone, " +1 (202) 555-0123", "+12025550123"},
		{factorPhone, "+44 20.7946/0018", "+442079460018"},
		{factorPhone, "2025550123", ""},
		{factorPhone, "+0123456789", ""},
		{factorPhone, "+1234567890123456", ""},
		{factorPhone, "+1202555CALL", ""},
		{factorPhone, "", ""},
		{factorEmail, "ada@example.test", "ada@example.test"},
		{factorEmail, "a@b@example.test", "a@b@example.test"},
		{factorEmail, "ada", ""},
		{factorEmail, "@example.test", ""},
		{factorEmail, "ada@", ""},
		{factorEmail, "ada@example.test\r\nBcc: x", ""},
		{factorEmail, "\xff@example.test", ""},
		{factorEmail, strings.Repeat("a", 250) + "@example.test", ""},
	} {
		got, no := checkTarget(tt.kind, tt.text)
		if got != tt.want || (no == nil) != (tt.want != "") {
			t.Errorf("checkTarget(%s, %q) = %q, complaint %v; want %q", tt.kind, tt.text, got, no, tt.want)
		}
	}
}

func TestMemoryOfChallengesIsBounded(t *testing.T) {
	cs, now := newChallenges(), time.Unix(1e9, 0)
	cs.of("late", now.Add(time.Hour), now).wrong = 3
	for i := range maxChallenges + 300 {
		cs.of(fmt.Sprint(i), now.Add(time.Duration(i)*time.Millisecond+time.Minute), now)
	}
	if n := len(cs.byID); n > maxChallenges {
		t.Errorf("%d challenges, want at most %d", n, maxChallenges)
	}
	if cs.of("late", now.Add(time.Hour), now).wrong != 3 {
		t.Error("a flood made it forget the one that lives longest")
	}
	cs.of("new", now.Add(time.Hour), now.Add(30*time.Minute)) // all others but "late" have expired
	if n := len(cs.byID); n != 2 {
		t.Errorf("%d challenges after a quiet time, want 2", n)
	}
	cs.drop("late")
	if cs.of("late", now, now).wrong != 0 {
		t.Error("a challenge that is done is remembered")
	}
}

func TestSixDigitsAreSpreadEvenly(t *testing.T) {
	seen := map[string]bool{}
	first := map[byte]int{}
	for range 2000 {
		code := sixDigits()
		if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
		first[code[0]]++
	}
	// 2000 of a million: two or three pairs are to be expected, and each first digit 200 times.
	if len(seen) < 1980 {
		t.Errorf("%d different codes of 2000", len(seen))
	}
	for digit := byte('0'); digit <= '9'; digit++ {
		if n := first[digit]; n < 100 || n > 300 {
			t.Errorf("%d codes of 2000 begin with %c", n, digit)
		}
	}
}
