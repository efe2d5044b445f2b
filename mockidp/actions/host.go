package actions

import (
	"github.com/dop251/goja"
)

// hostFunction is Go that the prelude calls. Arguments and result are
// JavaScript values.
type hostFunction func(w *world, args hostArgs) goja.Value

// hostArgs are the arguments of a host call; a missing one is undefined.
type hostArgs []goja.Value

func (a hostArgs) at(i int) goja.Value {
	if i < len(a) {
		return a[i]
	}
	return goja.Undefined()
}

// text is argument i as a string, "" when undefined.
func (a hostArgs) text(i int) string { return text(a.at(i)) }

// bytes is the part of an ArrayBuffer given by arguments i (buffer), i+1
// (offset) and i+2 (length). It is the buffer's own memory.
func (a hostArgs) bytes(w *world, i int) []byte {
	o, ok := a.at(i).(*goja.Object)
	if !ok || kindOf(o) != kindBuffer {
		w.throw("TypeError", "expected an ArrayBuffer")
	}
	all := o.Export().(goja.ArrayBuffer).Bytes()
	from, n := a.at(i+1).ToInteger(), a.at(i+2).ToInteger()
	if from < 0 || n < 0 || from > int64(len(all)) || n > int64(len(all))-from {
		w.throw("RangeError", "out of the buffer's bounds")
	}
	return all[from : from+n]
}

// hostFunctions is everything the prelude can ask of Go. The Action itself has
// no way to call it.
func hostFunctions() map[string]hostFunction {
	return map[string]hostFunction{
		"console": hostConsole, "group": hostGroup, "inspect": hostInspect, "format": hostFormat, "kind": hostKind, "line": hostLine,
		"timer": hostTimer, "clearTimer": hostClearTimer, "clock": hostClock,
		"encode": hostEncode, "decode": hostDecode, "pattern": hostPattern, "url": hostURL,
		"fetch": hostFetch, "multipart": hostMultipart, "zlib": hostZlib, "crc32": hostCRC32,
		"random": hostRandom, "hash": hostHash, "digest": hostDigest, "cipher": hostCipher, "derive": hostDerive,
		"keyImport": hostKeyImport, "keyExport": hostKeyExport, "keyInfo": hostKeyInfo, "keyPublic": hostKeyPublic, "keySame": hostKeySame,
		"keySign": hostKeySign, "keyVerify": hostKeyVerify, "keyCrypt": hostKeyCrypt, "keyWrap": hostKeyWrap, "keyAgree": hostKeyAgree, "keyGenerate": hostKeyGenerate,
		"date": hostDate, "dateFormat": hostDateFormat, "dateOptions": hostDateOptions, "number": hostNumber,
	}
}

var hostTable = hostFunctions()

// host is the function of (name, …) that parts of the prelude get.
func (w *world) host() goja.Value {
	if w.hostValue == nil {
		w.hostValue = w.rt.ToValue(func(c goja.FunctionCall) goja.Value {
			v := hostTable[c.Argument(0).String()](w, c.Arguments[1:])
			if v == nil {
				return goja.Undefined()
			}
			return v
		})
	}
	return w.hostValue
}

func (w *world) arrayBuffer(b []byte) goja.Value { return w.rt.ToValue(w.rt.NewArrayBuffer(b)) }

// hostPattern rewrites the pattern of a regular expression made at run time.
func hostPattern(w *world, args hostArgs) goja.Value {
	fixed, err := rewriteRegexp(args.text(0), args.text(1))
	if err != nil {
		w.throw("SyntaxError", err.Error())
	}
	return w.rt.ToValue(fixed)
}

// hostKind is what kind of object its argument is, whatever its prototype says;
// util.types needs to know.
func hostKind(w *world, args hostArgs) goja.Value {
	if o, ok := args.at(0).(*goja.Object); ok {
		return w.rt.ToValue(kindOf(o))
	}
	return nil
}

// hostLine is the author's line that led here.
func hostLine(w *world, _ hostArgs) goja.Value { return w.rt.ToValue(w.line()) }
