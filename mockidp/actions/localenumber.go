package actions

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// numberFormat is what Intl.NumberFormat's options ask for.
type numberFormat struct {
	british                        bool
	style, currency, display, sign string
	grouping                       string // "auto", "always" or "false"
	integers                       int    // fewest digits before the point
	fewest, most                   int    // digits after it
	fewestSignificant, significant int    // 0: fewest and most decide
}

// currencySigns are the currencies that were compared with Node: in en-US, in
// en-GB, narrow, and the decimals they have.
var currencySigns = map[string]struct {
	american, british, narrow string
	decimals                  int
}{
	"USD": {"$", "US$", "$", 2}, "EUR": {"€", "€", "€", 2}, "GBP": {"£", "£", "£", 2}, "JPY": {"¥", "JP¥", "¥", 0},
}

// hostNumber formats a number: number or a string of digits, locale, options,
// what is wanted ("parts", "resolved" or undefined for text), and who asks.
func hostNumber(w *world, args hostArgs) goja.Value {
	f := w.numberFormat(args)
	if args.text(3) == "resolved" {
		return f.resolved(w)
	}
	digits := args.text(0)
	if v := args.at(0); goja.IsNumber(v) {
		x := v.ToFloat()
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return w.formatted(f.special(x), args.text(3))
		}
		// ICU too works on the shortest decimal that is this number.
		digits = strconv.FormatFloat(x, 'f', -1, 64)
		if x == 0 && math.Signbit(x) {
			digits = "-0"
		}
	}
	return w.formatted(f.parts(digits), args.text(3))
}

// special formats what has no digits.
func (f *numberFormat) special(x float64) []formatPart {
	if math.IsNaN(x) {
		return f.around([]formatPart{{"nan", "NaN"}}, false, true)
	}
	return f.around([]formatPart{{"infinity", "∞"}}, x < 0, false)
}

// parts formats a decimal text.
func (f *numberFormat) parts(digits string) []formatPart {
	if f.style == "percent" {
		digits = hundredfold(digits)
	}
	if f.significant > 0 {
		digits = roundSignificant(digits, f.fewestSignificant, f.significant)
	} else {
		digits = roundDecimal(digits, f.fewest, f.most)
	}
	digits, negative := strings.CutPrefix(digits, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	for len(whole) < f.integers {
		whole = "0" + whole
	}
	var parts []formatPart
	for i, group := range f.groups(whole) {
		if i > 0 {
			parts = append(parts, formatPart{"group", ","})
		}
		parts = append(parts, formatPart{"integer", group})
	}
	if point {
		parts = append(parts, formatPart{"decimal", "."}, formatPart{"fraction", fraction})
	}
	return f.around(parts, negative, strings.Trim(digits, "0.") == "")
}

// groups cuts the whole part into groups of three digits.
func (f *numberFormat) groups(whole string) []string {
	if f.grouping == "false" {
		return []string{whole}
	}
	var groups []string
	for len(whole) > 3 {
		groups = append(groups, whole[len(whole)-3:])
		whole = whole[:len(whole)-3]
	}
	groups = append(groups, whole)
	slices.Reverse(groups)
	return groups
}

// around puts sign, currency and per cent around a number.
func (f *numberFormat) around(number []formatPart, negative, zero bool) []formatPart {
	var parts []formatPart
	switch {
	case f.sign == "never", negative && zero && (f.sign == "exceptZero" || f.sign == "negative"):
	case negative:
		parts = append(parts, formatPart{"minusSign", "-"})
	case f.sign == "always", f.sign == "exceptZero" && !zero:
		parts = append(parts, formatPart{"plusSign", "+"})
	}
	if f.style == "currency" {
		c := currencySigns[f.currency]
		symbol := c.american
		switch {
		case f.display == "narrowSymbol":
			symbol = c.narrow
		case f.display == "code":
			symbol = f.currency
		case f.british:
			symbol = c.british
		}
		parts = append(parts, formatPart{"currency", symbol})
		if f.display == "code" && number[0].kind == "integer" {
			parts = append(parts, formatPart{"literal", "\u00a0"})
		}
	}
	parts = append(parts, number...)
	if f.style == "percent" {
		parts = append(parts, formatPart{"percentSign", "%"})
	}
	return parts
}

// resolved are the options in use, in Node's order.
func (f *numberFormat) resolved(w *world) goja.Value {
	o := w.rt.NewObject()
	o.Set("style", f.style)
	if f.style == "currency" {
		o.Set("currency", f.currency)
		o.Set("currencyDisplay", f.display)
		o.Set("currencySign", "standard")
	}
	o.Set("minimumIntegerDigits", f.integers)
	if f.significant > 0 {
		o.Set("minimumSignificantDigits", f.fewestSignificant)
		o.Set("maximumSignificantDigits", f.significant)
	} else {
		o.Set("minimumFractionDigits", f.fewest)
		o.Set("maximumFractionDigits", f.most)
	}
	o.Set("useGrouping", f.grouping)
	if f.grouping == "false" {
		o.Set("useGrouping", false)
	}
	o.Set("notation", "standard")
	o.Set("signDisplay", f.sign)
	return o
}

// numberFormat reads the arguments of hostNumber, or throws what is wrong with them.
func (w *world) numberFormat(args hostArgs) *numberFormat {
	locale := args.text(1)
	british, ok := knownLocale(locale)
	if !ok {
		w.refuseLocale("a number", locale)
	}
	f := &numberFormat{british: british, style: "decimal", display: "symbol", sign: "auto", grouping: "auto", integers: 1, most: 3}
	o, _ := args.at(2).(*goja.Object)
	if o == nil {
		return f
	}
	get := func(name string) goja.Value {
		if v := o.Get(name); v != nil && !goja.IsUndefined(v) {
			return v
		}
		return nil
	}
	choose := func(target *string, name, values, refused string) {
		v := get(name)
		if v == nil {
			return
		}
		if slices.Contains(strings.Split(refused, "|"), v.String()) {
			w.throw("RangeError", fmt.Sprintf("the number format option %s: %s is not supported by this emulator", name, v.String()))
		}
		if !slices.Contains(strings.Split(values, "|"), v.String()) {
			w.throw("RangeError", fmt.Sprintf("Value %s out of range for %s options property %s", v.String(), args.text(4), name))
		}
		*target = v.String()
	}
	var ignored string
	choose(&ignored, "localeMatcher", "lookup|best fit", "")
	choose(&f.style, "style", "decimal|percent|currency", "unit")
	if v := get("currency"); v != nil {
		f.currency = strings.ToUpper(v.String())
		if len(f.currency) != 3 {
			w.throw("RangeError", "Invalid currency code : "+v.String())
		}
	}
	choose(&f.display, "currencyDisplay", "symbol|narrowSymbol|code", "name")
	choose(&ignored, "currencySign", "standard", "accounting")
	choose(&ignored, "notation", "standard", "compact|scientific|engineering")
	choose(&ignored, "roundingMode", "halfExpand", "ceil|floor|expand|trunc|halfCeil|halfFloor|halfTrunc|halfEven")
	choose(&ignored, "roundingPriority", "auto", "morePrecision|lessPrecision")
	choose(&ignored, "trailingZeroDisplay", "auto", "stripIfInteger")
	choose(&f.sign, "signDisplay", "auto|never|always|exceptZero|negative", "")
	for name, known := range map[string]string{"numberingSystem": "latn", "unit": "", "roundingIncrement": "1"} {
		if v := get(name); v != nil && v.String() != known {
			w.throw("RangeError", fmt.Sprintf("the number format option %s: %s is not supported by this emulator", name, v.String()))
		}
	}
	if v := get("useGrouping"); v != nil {
		switch s := v.String(); {
		case s == "min2":
			w.throw("RangeError", "the number format option useGrouping: min2 is not supported by this emulator")
		case !v.ToBoolean():
			f.grouping = "false"
		case s == "always" || s == "true" && v.ExportType() != nil && v.ExportType().Kind().String() == "bool":
			f.grouping = "always"
		}
	}
	if f.style == "currency" {
		if f.currency == "" {
			w.throw("TypeError", "Currency code is required with currency style.")
		}
		if _, ok := currencySigns[f.currency]; !ok {
			w.throw("RangeError", fmt.Sprintf("the currency %s is not supported by this emulator: it knows USD, EUR, GBP and JPY", f.currency))
		}
	}
	w.digitOptions(f, get)
	return f
}

// digitOptions reads how many digits are wanted (ECMA-402, SetNumberFormatDigitOptions).
func (w *world) digitOptions(f *numberFormat, get func(string) goja.Value) {
	number := func(name string, low, high, missing int) (int, bool) {
		v := get(name)
		if v == nil {
			return missing, false
		}
		x := v.ToFloat()
		if !(x >= float64(low) && x <= float64(high)) {
			w.throw("RangeError", name+" value is out of range.")
		}
		return int(x), true
	}
	fewest, most := 0, 3
	switch f.style {
	case "percent":
		most = 0
	case "currency":
		fewest = currencySigns[f.currency].decimals
		most = fewest
	}
	f.integers, _ = number("minimumIntegerDigits", 1, 21, 1)
	low, hasLow := number("minimumFractionDigits", 0, 20, fewest)
	high, hasHigh := number("maximumFractionDigits", 0, 20, most)
	lowest, hasLowest := number("minimumSignificantDigits", 1, 21, 1)
	highest, hasHighest := number("maximumSignificantDigits", 1, 21, 21)
	switch {
	case hasLowest || hasHighest:
		if lowest > highest {
			w.throw("RangeError", "maximumSignificantDigits value is out of range.")
		}
		f.fewestSignificant, f.significant = lowest, highest
		return
	case hasLow && hasHigh && low > high:
		w.throw("RangeError", "maximumFractionDigits value is out of range.")
	case hasHigh && !hasLow:
		low = min(fewest, high)
	case hasLow && !hasHigh:
		high = max(most, low)
	}
	f.fewest, f.most = low, high
}

// hundredfold multiplies a decimal text by 100.
func hundredfold(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	whole = strings.TrimLeft(whole+fraction[:2], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction = fraction[2:]; fraction != "" {
		return sign + whole + "." + fraction
	}
	return sign + whole
}

// roundDecimal rounds half away from zero to at most most decimals and keeps at
// least fewest.
func roundDecimal(s string, fewest, most int) string {
	s, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > most {
		n, _ := new(big.Int).SetString(whole+fraction[:most], 10)
		if fraction[most] >= '5' {
			n.Add(n, big.NewInt(1))
		}
		digits := n.String()
		for len(digits) <= most {
			digits = "0" + digits
		}
		whole, fraction = digits[:len(digits)-most], digits[len(digits)-most:]
	}
	for len(fraction) > fewest && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	for len(fraction) < fewest {
		fraction += "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative {
		return "-" + whole
	}
	return whole
}

// roundSignificant rounds half away from zero to at most most significant
// digits and keeps at least fewest.
func roundSignificant(s string, fewest, most int) string {
	bare := strings.TrimPrefix(s, "-")
	whole, fraction, _ := strings.Cut(bare, ".")
	whole = strings.TrimLeft(whole, "0")
	// Digits before the point, negative for zeros right after it.
	before := len(whole)
	if whole == "" {
		before = -(len(fraction) - len(strings.TrimLeft(fraction, "0")))
		if strings.Trim(fraction, "0") == "" {
			before = 1 // zero counts as one digit
		}
	}
	if most >= before {
		rounded := roundDecimal(s, 0, most-before)
		// 9.99 may have become 10.0, and 0.99 1.0, with one digit more before the point.
		if w, _, _ := strings.Cut(strings.TrimPrefix(rounded, "-"), "."); w != "0" {
			before = len(w)
		}
		return roundDecimal(rounded, max(0, fewest-before), max(0, most-before))
	}
	drop := before - most
	n, _ := new(big.Int).SetString(whole[:most], 10)
	if whole[most] >= '5' {
		n.Add(n, big.NewInt(1))
	}
	out := n.String() + strings.Repeat("0", drop)
	if strings.HasPrefix(s, "-") {
		out = "-" + out
	}
	return out
}
