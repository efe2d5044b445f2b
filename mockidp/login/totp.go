package login

import (
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp/hotp"
)

const (
	totpPeriod = 30 // seconds of one time step (RFC 6238 section 4.1)
	// totpSkew is how many steps a code may be early or late: clocks differ, and
	// typing takes time (RFC 6238 section 5.2).
	totpSkew = 1
	// totpIssuer is the name that authenticator apps show.
	totpIssuer = "Mock identity provider"
)

// newTOTPSecret is a shared secret of 160 bits in base32 (RFC 4226 section 4, R6).
func newTOTPSecret() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random(20))
}

func totpStep(now time.Time) int64 { return now.Unix() / totpPeriod }

// matchTOTP reports whether code is one of secret's at now, and of which time
// step. It does not know whether the code was used before. A secret that is no
// base32 is an error.
func matchTOTP(secret, code string, now time.Time) (step int64, ok bool, err error) {
	current := totpStep(now)
	for _, step := range []int64{current, current - 1, current + 1} {
		want, err := hotp.GenerateCode(secret, uint64(step))
		if err != nil {
			return 0, false, fmt.Errorf("secret of an authenticator: %w", err)
		}
		if same(want, code) {
			return step, true, nil
		}
	}
	return 0, false, nil
}

// nextTOTP returns a code that matchTOTP takes at now and whose step comes after
// last. When all of those have been used it returns how long to wait instead.
func nextTOTP(secret string, last int64, now time.Time) (code string, wait time.Duration, err error) {
	step := max(totpStep(now), last+1)
	if step > totpStep(now)+totpSkew {
		return "", time.Unix((step-totpSkew)*totpPeriod, 0).Sub(now), nil
	}
	code, err = hotp.GenerateCode(secret, uint64(step))
	if err != nil {
		return "", 0, fmt.Errorf("secret of an authenticator: %w", err)
	}
	return code, 0, nil
}

// totpURL is what authenticator apps read from the QR code. Its form is that of
// Google Authenticator's "Key Uri Format", which all of them know.
func totpURL(account, secret string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + totpIssuer + ":" + account}
	// Spaces as %20: some apps show the plus sign of a form's encoding.
	u.RawQuery = strings.ReplaceAll(url.Values{"secret": {secret}, "issuer": {totpIssuer}}.Encode(), "+", "%20")
	return u.String()
}

// picture is a QR code as an SVG image needs it: Side modules wide and high, the
// dark ones drawn by Path, with the quiet zone of four modules around them
// (ISO/IEC 18004 section 6.3.8).
type picture struct {
	Side int
	Path string
}

func qrPicture(text string) (*picture, error) {
	const quiet = 4
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	size := code.Bounds().Dx()
	dark := func(x, y int) bool {
		r, _, _, _ := code.At(x, y).RGBA()
		return r == 0
	}
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; {
			run := 0
			for x+run < size && dark(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, run, run)
			}
			x += run + 1
		}
	}
	return &picture{Side: size + 2*quiet, Path: path.String()}, nil
}
