package chart

import (
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// fontFolders are where machines have their fonts.
var fontFolders = []string{"/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts", `C:\Windows\Fonts`}

// wideFonts begin the file names of fonts with many scripts, the better ones first.
var wideFonts = []string{
	"notosanscjk", "notosanssc", "sourcehansans", "wqy-microhei", "wqy-zenhei", "msyh", "pingfang", "stheiti", "droidsansfallback", "simhei", "simsun",
	"arphic", "uming", "ukai", "arialunicode", "dejavusans", "freesans", "unifont",
}

// weights are words in the file names of fonts that are not of the usual weight.
var weights = []string{"bold", "black", "heavy", "medium", "light", "thin"}

// findFonts lists the fonts of the folders that are worth opening, the better ones first.
func findFonts(folders []string) []string {
	byRank := make([][]string, 2*len(wideFonts))
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil // what cannot be read is not there
			}
			name := strings.ReplaceAll(strings.ToLower(d.Name()), " ", "")
			rank := slices.IndexFunc(wideFonts, func(begin string) bool { return strings.HasPrefix(name, begin) })
			if rank >= 0 && slices.ContainsFunc(weights, func(w string) bool { return strings.Contains(name, w) }) {
				rank += len(wideFonts)
			}
			if rank >= 0 {
				byRank[rank] = append(byRank[rank], path)
			}
			return nil
		})
	}
	return slices.Concat(byRank...)
}

// parseFonts opens a font, or that of a collection which is for Chinese; a file that is none has none.
func parseFonts(path string) []*sfnt.Font {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var first *sfnt.Font
	if all, err := opentype.ParseCollection(data); err == nil {
		for i := range all.NumFonts() {
			f, err := all.Font(i)
			if err != nil {
				continue
			}
			if family, err := f.Name(nil, sfnt.NameIDFamily); err == nil && strings.HasSuffix(family, " SC") {
				return []*sfnt.Font{f}
			}
			if first == nil {
				first = f
			}
		}
	}
	if first == nil {
		if first, err = opentype.Parse(aligned(data, firstFont(data))); err != nil {
			return nil
		}
	}
	return []*sfnt.Font{first}
}

// firstFont is where the first font of a file begins.
func firstFont(file []byte) uint64 {
	if len(file) >= 16 && string(file[:4]) == "ttcf" {
		return uint64(binary.BigEndian.Uint32(file[12:]))
	}
	return 0
}

// neededTables are those that drawing reads.
var neededTables = []string{"CFF ", "OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"}

// aligned copies the font whose directory is at from, with its tables at multiples of four bytes: there they must be, but those
// of WenQuanYi, the font of many Chinese machines, are not, and then the font is refused. It is nil when the file ends too early.
func aligned(file []byte, from uint64) []byte {
	const header, entry = 12, 16
	size := uint64(len(file))
	if from+header > size {
		return nil
	}
	count := uint64(binary.BigEndian.Uint16(file[from+4:]))
	if from+header+count*entry > size {
		return nil
	}
	var entries [][]byte
	for i := range count {
		e := file[from+header+i*entry:][:entry]
		if slices.Contains(neededTables, string(e[:4])) {
			entries = append(entries, e)
		}
	}
	out := slices.Clone(file[from : from+header])
	binary.BigEndian.PutUint16(out[4:], uint16(len(entries)))
	at := header + entry*len(entries)
	var body []byte
	for _, e := range entries {
		begin, length := uint64(binary.BigEndian.Uint32(e[8:])), uint64(binary.BigEndian.Uint32(e[12:]))
		if begin+length > size {
			return nil
		}
		e = slices.Clone(e)
		binary.BigEndian.PutUint32(e[8:], uint32(at+len(body)))
		out = append(out, e...)
		body = append(body, file[begin:begin+length]...)
		body = append(body, make([]byte, (4-len(body)%4)%4)...)
	}
	return append(out, body...)
}
