package actions

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"

	"github.com/dop251/goja"
)

// maxParts is how many parts of a form are read.
const maxParts = 1000

// hostMultipart reads a form (RFC 7578): content type, buffer, offset, length.
// It returns [{name, filename, contentType, data}], or undefined when it is none.
func hostMultipart(w *world, args hostArgs) goja.Value {
	_, params, err := mime.ParseMediaType(args.text(0))
	if err != nil || params["boundary"] == "" {
		return nil
	}
	var parts []any
	for r := multipart.NewReader(bytes.NewReader(args.bytes(w, 1)), params["boundary"]); len(parts) < maxParts; {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return w.rt.ToValue(parts)
		}
		if err != nil {
			return nil
		}
		data, err := io.ReadAll(part)
		if err != nil || part.FormName() == "" {
			return nil
		}
		o := w.rt.NewObject()
		o.Set("name", part.FormName())
		o.Set("data", w.rt.NewArrayBuffer(data))
		if _, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition")); err == nil {
			if name, ok := disposition["filename"]; ok {
				o.Set("filename", name)
				o.Set("contentType", part.Header.Get("Content-Type"))
			}
		}
		parts = append(parts, o)
	}
	return nil
}
