package actions

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// hostEncode makes bytes of a string: text, encoding. Encodings are Node's
// Buffer encodings, in lower case.
func hostEncode(w *world, args hostArgs) goja.Value {
	s, ok := args.at(0).(goja.String)
	if !ok {
		s = w.rt.ToValue(args.text(0)).(goja.String)
	}
	return w.arrayBuffer(encodeText(w, s, args.text(1)))
}

func encodeText(w *world, s goja.String, encoding string) []byte {
	switch encoding {
	case "", "utf8", "utf-8":
		return []byte(utf8Of(s))
	case "hex":
		return decodeHex(s.String())
	case "base64", "base64url":
		return decodeBase64(s.String())
	case "latin1", "binary", "ascii":
		b := make([]byte, s.Length())
		for i := range b {
			b[i] = byte(s.CharAt(i))
		}
		return b
	case "utf16le", "ucs2", "ucs-2", "utf-16le":
		b := make([]byte, 0, 2*s.Length())
		for i := range s.Length() {
			c := s.CharAt(i)
			b = append(b, byte(c), byte(c>>8))
		}
		return b
	}
	w.throw("TypeError", "Unknown encoding: "+encoding)
	return nil
}

// utf8Of encodes a JavaScript string; a lone surrogate becomes U+FFFD.
func utf8Of(s goja.String) string { return strings.ToValidUTF8(s.String(), "\uFFFD") }

// decodeHex stops at the first pair that is not hexadecimal, as Node does.
func decodeHex(s string) []byte {
	out := make([]byte, 0, len(s)/2)
	for i := 0; i+1 < len(s); i += 2 {
		b, err := hex.DecodeString(s[i : i+2])
		if err != nil {
			break
		}
		out = append(out, b[0])
	}
	return out
}

// decodeBase64 takes both alphabets and skips what belongs to neither, as Node does.
func decodeBase64(s string) []byte {
	clean := make([]byte, 0, len(s))
	s, _, _ = strings.Cut(s, "=")
	for i := range len(s) {
		switch c := s[i]; {
		case c == '-':
			clean = append(clean, '+')
		case c == '_':
			clean = append(clean, '/')
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, _ := base64.RawStdEncoding.Decode(out, clean)
	return out[:n]
}

// hostDecode makes a string of bytes: buffer, offset, length, encoding.
func hostDecode(w *world, args hostArgs) goja.Value {
	b := args.bytes(w, 0)
	switch encoding := args.text(3); encoding {
	case "", "utf8", "utf-8":
		return w.rt.ToValue(decodeUTF8(b))
	case "hex":
		return w.rt.ToValue(hex.EncodeToString(b))
	case "base64":
		return w.rt.ToValue(base64.StdEncoding.EncodeToString(b))
	case "base64url":
		return w.rt.ToValue(base64.RawURLEncoding.EncodeToString(b))
	case "latin1", "binary", "ascii":
		mask := byte(0xff)
		if encoding == "ascii" {
			mask = 0x7f
		}
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c & mask)
		}
		return w.rt.ToValue(string(runes))
	case "utf16le", "ucs2", "ucs-2", "utf-16le":
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
		}
		return goja.StringFromUTF16(units)
	default:
		w.throw("TypeError", "Unknown encoding: "+encoding)
	}
	return nil
}

// decodeUTF8 replaces each maximal part of an ill-formed sequence with U+FFFD
// (WHATWG Encoding, UTF-8 decoder).
func decodeUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size <= 1 {
			out.WriteRune('\uFFFD')
			b = b[illFormed(b):]
			continue
		}
		out.Write(b[:size])
		b = b[size:]
	}
	return out.String()
}

// illFormed is how many bytes one U+FFFD stands for: the longest start of a
// sequence that some well-formed one has too.
func illFormed(b []byte) int {
	need, low, high := 0, byte(0x80), byte(0xBF)
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		need = 1
	case c >= 0xE0 && c <= 0xEF:
		need = 2
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		need = 3
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for n <= need && n < len(b) && b[n] >= low && b[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
