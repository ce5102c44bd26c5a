package chart

// chinese are the words in Chinese, by what they are in English. A new glyph must be put into the font: see fonts/README.md.
var chinese = map[string]string{
	"no data": "无数据",
}
