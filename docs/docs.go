// Package docs holds this folder's pages, compiled into the demo app and written as
// HTML: whoever reads them may have no network. Package web serves them under /docs.
package docs

import "embed"

// files are the Markdown files of this folder.
//
//go:embed *.md
var files embed.FS
