package dashboard

import "example.com/postlogin/mockidp/store"

// placeOf is a place in words, or the address where there is none.
func placeOf(p store.Place, ip string) string {
	switch {
	case p.City != "" && p.CountryCode != "":
		return p.City + ", " + p.CountryCode
	case p.City != "":
		return p.City
	case p.Country != "":
		return p.Country
	}
	return ip
}

// factorName is a second factor as a person calls it.
func factorName(kind string) string {
	switch kind {
	case "otp":
		return "Authenticator app"
	case "recovery-code":
		return "Recovery code"
	case "phone":
		return "Phone"
	case "email":
		return "Email"
	case "push-notification":
		return "Push notification"
	case "webauthn-roaming", "webauthn-platform":
		return "Security key"
	case rememberedBrowser:
		return "A remembered browser"
	}
	return kind
}
