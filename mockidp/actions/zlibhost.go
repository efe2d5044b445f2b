package actions

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/dop251/goja"
)

// What one call may take in and give out: it can't be interrupted.
const (
	maxPacked   = 16 << 20
	maxUnpacked = 32 << 20
)

// hostZlib packs or unpacks: method (names of Node's functions, "gzip" …),
// level, most bytes wanted, whether a broken-off end is all right, buffer,
// offset, length. A failure is {code, message}, as zlib names it.
func hostZlib(w *world, args hostArgs) goja.Value {
	method, most, data := args.text(0), args.at(2).ToInteger(), args.bytes(w, 4)
	if len(data) > maxPacked {
		w.throw("RangeError", fmt.Sprintf("zlib: more than %d MB at once are not supported by this emulator", maxPacked>>20))
	}
	var out []byte
	var err error
	switch method {
	case "gzip", "deflate", "deflateRaw":
		out, err = pack(method, int(args.at(1).ToInteger()), data)
	default:
		out, err = unpack(method, data, min(most, maxUnpacked), args.at(3).ToBoolean())
		if errors.Is(err, errUnpacked) && most > maxUnpacked {
			w.throw("RangeError", fmt.Sprintf("zlib: the result is larger than %d MB, the most that this emulator unpacks", maxUnpacked>>20))
		}
	}
	if err == nil && int64(len(out)) > most {
		err = errUnpacked
	}
	if err != nil {
		code, message := zlibError(err)
		o := w.rt.NewObject()
		o.Set("code", code)
		o.Set("message", message)
		return o
	}
	return w.arrayBuffer(out)
}

func pack(method string, level int, data []byte) ([]byte, error) {
	var b bytes.Buffer
	var z io.WriteCloser
	var err error
	switch method {
	case "gzip":
		var g *gzip.Writer
		if g, err = gzip.NewWriterLevel(&b, level); err == nil {
			g.OS = 3 // Unix, as Node writes
		}
		z = g
	case "deflate":
		z, err = zlib.NewWriterLevel(&b, level)
	default:
		z, err = flate.NewWriter(&b, level)
	}
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(data); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

var errUnpacked = errors.New("the result is too large")

// unpack reads at most most bytes; one more is an error.
func unpack(method string, data []byte, most int64, partial bool) ([]byte, error) {
	if method == "unzip" { // which of the two, its first bytes tell
		method = "inflate"
		if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			method = "gunzip"
		}
	}
	var out bytes.Buffer
	in := bytes.NewReader(data)
	read := func(r io.Reader, err error) error {
		if err == nil {
			_, err = io.Copy(&out, io.LimitReader(r, most+1-int64(out.Len())))
		}
		switch {
		case int64(out.Len()) > most:
			return errUnpacked
		case partial && errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		}
		return err
	}
	switch method {
	case "inflateRaw":
		err := read(flate.NewReader(in), nil)
		return out.Bytes(), err
	case "inflate":
		r, err := zlib.NewReader(in)
		err = read(r, err)
		return out.Bytes(), err
	}
	if len(data) >= 2 && !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return nil, gzip.ErrHeader // before a header that is too short, as zlib says it
	}
	// Several members may follow each other; what follows and is none, is ignored.
	var r *gzip.Reader
	for first := true; first || bytes.HasPrefix(data[len(data)-in.Len():], []byte{0x1f, 0x8b}); first = false {
		var err error
		if first {
			r, err = gzip.NewReader(in)
		} else {
			err = r.Reset(in)
		}
		if err == nil {
			r.Multistream(false)
		}
		if err := read(r, err); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// zlibError is an error as zlib calls it.
func zlibError(err error) (code, message string) {
	switch {
	case errors.Is(err, errUnpacked):
		return "ERR_BUFFER_TOO_LARGE", ""
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "Z_BUF_ERROR", "unexpected end of file"
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, zlib.ErrHeader):
		return "Z_DATA_ERROR", "incorrect header check"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrChecksum):
		return "Z_DATA_ERROR", "incorrect data check"
	case errors.Is(err, zlib.ErrDictionary):
		return "Z_NEED_DICT", "Missing dictionary"
	}
	return "Z_DATA_ERROR", "invalid compressed data"
}

// hostCRC32 is a checksum: buffer, offset, length, and the checksum so far.
func hostCRC32(w *world, args hostArgs) goja.Value {
	return w.rt.ToValue(int64(crc32.Update(uint32(args.at(3).ToInteger()), crc32.IEEETable, args.bytes(w, 0))))
}
