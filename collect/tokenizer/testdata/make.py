"""Makes the fixtures of this folder with the Python library tokenizers; see README.md.

    python make.py CORPUS...     # any UTF-8 text to train on; Shakespeare's sonnets were used
"""
import base64, collections, json, os, sys, tempfile, unicodedata
import sentencepiece as spm
import tiktoken
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers import AddedToken

HERE = os.path.dirname(os.path.abspath(__file__))

OWN = [
    "测试工具把负载放到服务器上，记录每个词元到达的时间，然后用查询语言比较多次运行。延迟、吞吐量和并发数都写在同一个仓库里。",
    "大模型推理性能的测试：首个词元的时间，每个词元的时间，端到端的时间。数据不会丢失，比较是诚实的。",
    "サーバーの応答時間を測定して、結果をファイルに書きます。トークンの数は正確です。",
    "func (s *Schedule) Next(i int) time.Duration {\n\tif i < 0 {\n\t\treturn 0\n\t}\n\treturn s.offsets[i] // sorted\n}\n",
    "for i, r := range requests {\n\tfmt.Printf(\"%d: %s\\n\", i, r.ID)\n}\n",
    "def mean(values):\n    return sum(values) / len(values) if values else float('nan')\n",
    "The server answers a request with tokens, and the tool counts what the server says and what it sees.",
    "Don't panic: it's only a test, they've said so, and we'll see that you're right. I'd say I'm sure.",
]

TEXTS = [
    "", " ", "  ", "a", " a", "  a", "a ", "a  ", "\n", "\n\n", " \n", "\r\n\r\n  x", "\t\ttabs and  spaces   ", " \t \n \u00a0 \u3000 end", "\u2028\u2029\u0085x",
    "Hello, world!", "Shall I compare thee to a summer's day?", "don't you're WE'LL I'm they'Ve it'\u017f x's'",
    "1234567890 3.14159 1,000,000 2026-11-23", "\u0663\u0664\u0665 \u00bd \u2167 \u2460 x\u00b2", "12a34b 5 67", "v1.2.3-rc.4+build.5",
    "大模型推理性能测试，支持多种后端。", "混合 English 和中文 123 テスト 한국어", "\u9f98\u9750\U00020000\U0002a6d6 生僻字", "ｆｕｌｌｗｉｄｔｈ　ＡＢＣ１２３",
    "مرحبا بالعالم، كيف حالك؟", "שלום עולם", "नमस्ते दुनिया", "สวัสดีชาวโลก", "Привет, мир! Ёлка", "Καλημέρα κόσμε ς", "Xin chào thế giới",
    "na\u00efve caf\u00e9 r\u00e9sum\u00e9", "nai\u0308ve cafe\u0301 re\u0301sume\u0301", "a\u0323\u0301 a\u0301\u0323 \u1e69 s\u0307\u0323 \u212b \u2126 \ufb01 \uac00 \u1100\u1161\u11a8",
    "o" + "\u0301" * 40 + "\u0323" * 3 + "k", "\u0958 \u2adc \U0001d15e \u0344 \u0f73", "\U00011935\U00011930 \U00016d40 \U0001ccd6 \U000105d2\u0307",
    "🙂🙃 emoji 👩\u200d👩\u200d👧 family 🇨🇳 ❤\ufe0f 👍🏽", "\u200b\u200d\ufeff\u00ad\u2060", "\ue000\uf8ff\U000f0000\U0010ffff", "\ufffd\ufffe\uffff \u0fff",
    "\x00\x01\x02\x07\x08\x0b\x0c\x0e\x1b\x1f\x7f\x80\x9f", "#!/bin/sh\nset -eu\nfor f in *.txt; do echo \"$f\"; done\n",
    "func main() {\n\tfmt.Println(\"hi\", 0x1F, x != nil && y >= 2)\n}\n", "{\"a\": [1, 2.5e-3, null], \"b\": \"\\u00e9\\n\"}", "SELECT * FROM runs WHERE tp=8 -- note",
    "<div class=\"x\">&nbsp;</div>", "https://example.org/a_b?c=d&e=%20#f", "C:\\Users\\me\\file.txt", "a/b//c===d!==e...f---g___h", "$100 €20 ¥5 £1 +-×÷ ±∞ ≤≥",
    "<|endoftext|>", "hi<|im_start|>user\nhello<|im_end|>\n", "<|im_start|><|im_start|> <|im_end|>", "<|im_start| <|im_startx|>", "<s>a</s> <unk><0x41>",
    "call <tool_call> and<tool_call>x  <keep>  y<keep>z", "wholeword whole wholes a whole. whole", "\u2581under\u2581score \u2581\u2581", " lead and trail ", "x" * 70, "ab" * 40 + "!" * 40,
    "supercalifragilisticexpialidocious antidisestablishmentarianism", "W" + "h" * 30 + "y?" * 15,
]

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def save(tokenizer, folder):
    data = json.loads(tokenizer.to_str())
    os.makedirs(os.path.join(HERE, folder), exist_ok=True)
    with open(os.path.join(HERE, folder, "tokenizer.json"), "w", encoding="utf-8") as f:
        json.dump(data, f, ensure_ascii=False, separators=(",", ":"))
        f.write("\n")
    return data


def cases(tokenizer, texts):
    for text in texts:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        case = {"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)}
        skipped = tokenizer.decode(ids, skip_special_tokens=True)
        if skipped != case["decoded"]:
            case["skipped"] = skipped
        special = tokenizer.encode(text, add_special_tokens=True).ids
        if special != ids:
            case["special"] = special
        yield case


def golden(tokenizer, folder):
    with open(os.path.join(HERE, folder, "golden.jsonl"), "w", encoding="utf-8") as f:
        for case in cases(tokenizer, TEXTS):
            f.write(json.dumps(case, ensure_ascii=False, separators=(",", ":")) + "\n")


def bytelevel(corpus):
    t = Tokenizer(models.BPE())
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN2), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    t.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=1200, min_frequency=2, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    t.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    t.add_tokens([
        AddedToken("<tool_call>", normalized=False),
        AddedToken("<keep>", lstrip=True, rstrip=True, normalized=False),
        AddedToken("whole", single_word=True, normalized=True),
    ])
    data = save(t, "bytelevel")
    # The other way to write merges.
    data["model"]["merges"] = [" ".join(m) for m in data["model"]["merges"]]
    with open(os.path.join(HERE, "bytelevel", "tokenizer.json"), "w", encoding="utf-8") as f:
        json.dump(data, f, ensure_ascii=False, separators=(",", ":"))
        f.write("\n")
    golden(Tokenizer.from_file(os.path.join(HERE, "bytelevel", "tokenizer.json")), "bytelevel")


def sentencepiece(corpus):
    t = Tokenizer(models.BPE(unk_token="<unk>"))
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    # Rare characters are left to byte fallback. (The trainer's own limit_alphabet chooses anew every time among equals.)
    count = collections.Counter(c for line in corpus for c in line)
    common = ["".join(c for c in line if count[c] > 3) for line in corpus]
    t.train_from_iterator(common, trainers.BpeTrainer(vocab_size=900, min_frequency=2, show_progress=False))
    trained = json.loads(t.to_str())["model"]
    vocab = {"<unk>": 0, "<s>": 1, "</s>": 2}
    for b in range(256):
        vocab["<0x%02X>" % b] = len(vocab)
    for token in sorted(trained["vocab"], key=trained["vocab"].get):
        vocab.setdefault(token, len(vocab))
    t = Tokenizer(models.BPE(vocab, [tuple(m) for m in trained["merges"]], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    t.decoder = decoders.Sequence([
        decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    t.add_special_tokens(["<unk>", "<s>", "</s>"])
    save(t, "sentencepiece")
    golden(t, "sentencepiece")


# Stages in all their variants, over two small models; a variant replaces parts of its base and adds to its vocabulary.
VARIED = [
    "", " ", "Hi there, 42 x2!", "  two  spaces ", "don't WE'LL it'\u017f", "a-b--c---d", "tab\tnew\nline\r\n\r\n ", "caf\u00e9 cafe\u0301 ÀÉ İ Σς", "中文，测试 12三4", "\u00bd\u0663\u2167\U00011de0",
    "<a>x<a> <b> y<b>z  <c>  end<c>", "\u2581x \u2581 y", "😀 \U00016d40\u0897", "HeLLo. \u201cquote\u201d \u2014 $5+5=^10^ ~`|", "aaaaaaa bababab",
    "do not n't \x01\u200b\u00ad\u0890 e\u0301\u0301 a\u0300b ﬁ\u0301 測試カナ ー ᄀ\u1885\u1cf2 zz cdcd",
]


def base(raw):
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet()) if raw else list("abcdefghilmnopqrstuvxyzHILWE\u2581,.!'-012345中 ")
    vocab = {c: i for i, c in enumerate(alphabet)}
    merges = []
    space = "\u0120" if raw else "\u2581"
    for pair in [("t", "h"), ("th", "e"), ("a", "b"), ("a", "a"), ("aa", "aa"), ("b", "ab"), ("e", "r"), ("i", "n"), (space, "t"), (space, "x"),
                 ("l", "i"), ("n", "e"), ("-", "-"), ("H", "i"), (space, space), ("4", "2"), ("o", "n"), ("d", "on"), ("don", "'"), (space, "th")]:
        if all(p in vocab for p in pair):
            vocab.setdefault("".join(pair), len(vocab))
            merges.append(list(pair))
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": vocab, "merges": merges}


def added(content, **options):
    fields = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return {"id": 0, "content": content, **fields, **options}


def variants():
    seq = lambda *steps: {"type": "Sequence", "pretokenizers": list(steps)}
    split = lambda pattern, behavior="Isolated", invert=False: {
        "type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}
    level = lambda prefix=False, regex=False: {
        "type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}
    meta = lambda scheme, cut=True: {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": cut}
    unk = {"unk_token": "<unk>", "vocab": {"<unk>": 900}}
    for name, regex in [("gpt2", GPT2), ("llama3", LLAMA3), ("qwen2", QWEN2), ("o200k", O200K)]:
        yield name, "raw", {"pre_tokenizer": seq(split({"Regex": regex}), level())}
    yield "bytelevel regex prefix", "raw", {"pre_tokenizer": level(True, True)}
    yield "bytelevel inside", "raw", {"pre_tokenizer": seq(level(), {"type": "Digits", "individual_digits": True})}
    yield "digits together", "raw", {"pre_tokenizer": seq({"type": "Digits", "individual_digits": False}, level())}
    yield "digits alone", "raw", {"pre_tokenizer": seq({"type": "Digits", "individual_digits": True}, level())}
    yield "punctuation contiguous", "raw", {"pre_tokenizer": seq({"type": "Punctuation", "behavior": "Contiguous"}, level(regex=True))}
    for behavior in ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        for invert in [False, True]:
            yield "split %s %s" % (behavior, invert), "raw", {"pre_tokenizer": seq(split({"Regex": "[-ab]"}, behavior, invert), level())}
    yield "split string", "raw", {"pre_tokenizer": seq(split({"String": "--"}, "MergedWithNext"), level())}
    yield "split empty match", "raw", {"pre_tokenizer": seq(split({"Regex": "x*"}, "Isolated"), level())}
    yield "whitespace", "raw", {"pre_tokenizer": seq({"type": "Whitespace"}, level())}
    yield "whitespace split, metaspace first", "text", {"pre_tokenizer": seq({"type": "WhitespaceSplit"}, meta("first"))}
    yield "delimiter", "raw", {"pre_tokenizer": seq({"type": "CharDelimiterSplit", "delimiter": "-"}, level())}
    yield "fixed length", "raw", {"pre_tokenizer": seq({"type": "FixedLength", "length": 3}, level())}
    for scheme in ["first", "always", "never"]:
        decoder = meta(scheme)
        tokens = [added("<a>", special=True), added("<b>", rstrip=True), added("<c>", lstrip=True, normalized=True)]
        yield "metaspace " + scheme, "text", {"pre_tokenizer": meta(scheme, scheme != "never"), "decoder": decoder, "added_tokens": tokens, "model": unk}
    for form in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase"]:
        yield form, "raw", {"normalizer": {"type": form}, "pre_tokenizer": level(regex=True)}
    yield "normalizers", "text", {"normalizer": {"type": "Sequence", "normalizers": [
        {"type": "Strip", "strip_left": True, "strip_right": False}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
        {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}, {"type": "Lowercase"}, {"type": "Prepend", "prepend": "\u2581"}]}, "model": unk}
    yield "bytelevel normalizer", "raw", {"normalizer": {"type": "ByteLevel"}}
    yield "unknown one by one", "text", {"model": unk}
    yield "unknown fused", "text", {"model": {**unk, "fuse_unk": True}}
    yield "unknown dropped", "text", {}
    some = {**unk["vocab"], **{"<0x%02X>" % b: 1000 + b for b in range(256) if b != 0xE6}}
    yield "fallback of some bytes", "text", {"model": {**unk, "byte_fallback": True, "vocab": some}, "decoder": {"type": "Sequence", "decoders": [
        {"type": "ByteFallback"}, {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}]}}
    clip = {"</w>": 300, "e</w>": 301, "the</w>": 302, "##a": 303, "a##": 304, "aa": 305, "a</w>": 306}
    yield "suffix", "raw", {"model": {"end_of_word_suffix": "</w>", "unk_token": "!", "vocab": clip,
        "merges": base(True)["merges"][:1] + [["th", "e</w>"]]}, "pre_tokenizer": level(regex=True), "decoder": {"type": "BPEDecoder", "suffix": "</w>"}}
    yield "prefix", "text", {"model": {**unk, "continuing_subword_prefix": "##", "vocab": {"<unk>": 900, **clip}, "merges": [["a", "##a"]]}}
    yield "ignore merges", "raw", {"model": {"ignore_merges": True, "vocab": {"there": 300, "spaces": 301}}, "pre_tokenizer": level(regex=True)}
    tokens = [added("<a>", special=True), added("<b>", lstrip=True, rstrip=True), added("<c>", rstrip=True, special=True),
              added("aa", single_word=True), added("aaa"), added("HeLLo", normalized=True), added("  <c>"), added("spaces", normalized=True)]
    yield "added", "raw", {"added_tokens": tokens, "normalizer": {"type": "Lowercase"}, "pre_tokenizer": level(regex=True)}
    template = {"type": "TemplateProcessing", "pair": [], "special_tokens": {"B": {"id": "B", "ids": [1, 2], "tokens": ["x", "y"]}, "E": {"id": "E", "ids": [3], "tokens": ["z"]}},
                "single": [{"SpecialToken": {"id": "B", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "E", "type_id": 0}}]}
    yield "template", "raw", {"post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}, template]}}
    yield "roberta", "raw", {"post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": True}, "pre_tokenizer": level(True, True)}
    yield "no decoder", "raw", {"decoder": None}
    yield from word_variants(split, meta, template)


def charsmap(rules):
    """The double array of sentencepiece for these replacements, out of a model trained for nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rules.tsv")
        with open(path, "w", encoding="utf-8") as f:
            for old, new in rules:
                f.write(" ".join("%X" % ord(c) for c in old) + "\t" + " ".join("%X" % ord(c) for c in new) + "\n")
        with open(os.path.join(folder, "text"), "w", encoding="utf-8") as f:
            f.write("a b c d\n" * 9)
        spm.SentencePieceTrainer.train(input=os.path.join(folder, "text"), model_prefix=os.path.join(folder, "m"), vocab_size=9,
                                       normalization_rule_tsv=path, hard_vocab_limit=False, minloglevel=2)
        spec = spm.SentencePieceNormalizer(model_file=os.path.join(folder, "m.model")).serialized_normalizer_spec()
    at = 0
    while True:  # a protobuf message: field 1 is a name, field 2 the array
        field, at = spec[at] >> 3, at + 1
        length, shift = 0, 0
        while True:
            length |= (spec[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if spec[at - 1] < 128:
                break
        if field == 2:
            return base64.b64encode(spec[at:at + length]).decode()
        at += length


def word_variants(split, meta, template):
    """Models of words, and the stages that come with them."""
    words = ["[UNK]", "[CLS]", "[SEP]", "hi", "there", "##re", "the", "t", "##h", "##e", "don", "'", "w", "##e", "ll", "it", "a", "-", "b", "c", "##c", "d",
             "##ab", "##ew", "new", "##line", "cafe", "##e", "42", "x", "##2", "中", "文", "##文", "test", "12", "##5", "$", "=", "hello", ".", "!", ",", "e", "##nd", "n't", "do", "not", "aa", "##a"]
    piece = lambda most=100: {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": most,
                              "vocab": {w: 600 + i for i, w in enumerate(words)}}
    bert = lambda **options: {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True, **options}
    around = {"type": "BertProcessing", "sep": ["[SEP]", 602], "cls": ["[CLS]", 601]}
    decoder = lambda cleanup: {"type": "WordPiece", "prefix": "##", "cleanup": cleanup}
    cut = {"type": "BertPreTokenizer"}
    yield "bert", "text", {"normalizer": bert(), "pre_tokenizer": cut, "model": piece(), "decoder": decoder(True), "post_processor": around}
    yield "bert cased", "text", {"normalizer": bert(lowercase=False), "pre_tokenizer": cut, "model": piece(), "decoder": decoder(False)}
    yield "bert accents", "raw", {"normalizer": bert(lowercase=False, strip_accents=True, handle_chinese_chars=False), "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}}
    yield "bert uncleaned", "raw", {"normalizer": bert(clean_text=False, strip_accents=False), "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}}
    yield "short words", "text", {"normalizer": bert(), "pre_tokenizer": cut, "model": piece(4), "decoder": decoder(True)}
    yield "word level", "text", {"pre_tokenizer": {"type": "Whitespace"}, "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {"<unk>": 900, "two": 901, "Hi": 902, "x": 903}}, "decoder": None}
    yield "ctc", "text", {"pre_tokenizer": {"type": "FixedLength", "length": 1}, "model": {"type": "WordLevel", "unk_token": "-", "vocab": {"|": 901}},
                          "decoder": {"type": "CTC", "pad_token": "-", "word_delimiter_token": "|", "cleanup": True}}
    yield "unicode scripts", "text", {"pre_tokenizer": {"type": "UnicodeScripts"}, "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {"<unk>": 900, "Hi there, ": 901, "中文，": 902, "測": 903}}}
    yield "strip accents", "raw", {"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKD"}, {"type": "StripAccents"}]}}
    yield "nmt", "raw", {"normalizer": {"type": "Nmt"}}
    scored = [["<unk>", 0], ["<s>", 0], ["\u2581", -3.5], ["\u2581t", -4.25], ["h", -5], ["e", -4], ["re", -5.5], ["the", -6], ["\u2581the", -7.25], ["there", -11], ["a", -4], ["aa", -7], ["aaa", -12.5],
              ["b", -6], ["ab", -9], ["bab", -13], ["-", -6], ["--", -10], ["i", -5], ["H", -7], ["Hi", -11], ["中", -9], ["中文", -14], ["\u2581x", -6], ["x", -6.5], ["4", -8], ["42", -12], ["é", -9], [".", -5], ["e", -4.5]]
    uni = lambda fallback, more=[]: {"type": "Unigram", "unk_id": 0, "byte_fallback": fallback, "vocab": scored + more}
    yield "unigram", "text", {"pre_tokenizer": meta("always"), "model": uni(False), "decoder": meta("always")}
    yield "unigram whole", "text", {"pre_tokenizer": meta("first", False), "model": uni(False, [["zz", -30], ["cd", -90]]), "decoder": meta("first")}
    yield "unigram fallback", "text", {"pre_tokenizer": meta("never"), "model": uni(True, [["<0x%02X>" % b, -20] for b in range(256)]),
                                       "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, meta("never")]}}
    rules = [("\r", " "), ("\n", " "), ("\t", " "), ("\u0301", ""), ("e\u0301", "é"), ("À", "A"), ("\u201c", '"'), ("\u201d", '"'), ("Σ", "ss"), ("\u00bd", "1/2"), ("，", ","), ("a\u0300b", "c"), ("İ", "I")]
    yield "precompiled", "raw", {"normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap(rules)}}
    yield "template then bert", "raw", {"post_processor": {"type": "Sequence", "processors": [template, around]}}
    yield "template then roberta", "raw", {"post_processor": {"type": "Sequence", "processors": [template, {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": True}]}}
    yield "roberta then template", "raw", {"post_processor": {"type": "Sequence", "processors": [{"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": True}, template]}}
    yield "possessive and intersecting", "raw", {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        split({"Regex": r"[\p{L}&&[^\p{Han}]]++|\p{Han}{1,2}+|[^\r\n\p{L}]?+\s*[\r\n]*|\p{N}(?=\p{N})"}), {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]}}


def stages():
    bases = {}
    for name, raw in [("raw", True), ("text", False)]:
        level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
        bases[name] = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "post_processor": None,
                       "pre_tokenizer": level if raw else None, "decoder": level if raw else {"type": "Fuse"}, "model": base(raw)}
    lines = [json.dumps({"bases": bases}, ensure_ascii=False, separators=(",", ":"))]
    for name, which, change in variants():
        model, other = bases[which]["model"], change.get("model", {})
        more = other.get("vocab", {})
        vocab = more if isinstance(more, list) else {**model["vocab"], **more}
        full = {**bases[which], **change, "model": {**model, **other, "vocab": vocab}}
        t = Tokenizer.from_str(json.dumps(full))
        got = [[c["ids"], c["decoded"] if c["decoded"] != c["text"] else None] + ([c["special"]] if "special" in c else []) for c in cases(t, VARIED)]
        lines.append(json.dumps({"name": name, "base": which, "change": change, "cases": got}, ensure_ascii=False, separators=(",", ":")))
    lines.insert(1, json.dumps({"texts": VARIED}, ensure_ascii=False, separators=(",", ":")))
    with open(os.path.join(HERE, "stages.jsonl"), "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


CL100K = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
NO_HAN = O200K.replace("\\p{M}]*[", "\\p{M}&&[^\\p{Han}]]*[").replace("\\p{M}]+", "\\p{M}&&[^\\p{Han}]]+").replace("\\p{M}]*(", "\\p{M}&&[^\\p{Han}]]*(")
KIMI = r"[\p{Han}]+|" + NO_HAN.replace("[\\r\\n/]*", "[\\r\\n]*")
RANKED = TEXTS + ["a <|endoftext|>\u0338 b<|im_end|>", "x<|extra_7|><|endofprompt|>", "[BOS]<|reserved_token_163700|>", "trail \n  ", "\u9f98a\u9750B1234", "\u00e9\u0301"]


def tiktokens():
    """A tiktoken file of the byte-level fixture's tokens, and what tiktoken makes of it under the names of several encodings."""
    with open(os.path.join(HERE, "bytelevel", "tokenizer.json"), encoding="utf-8") as f:
        model = json.load(f)["model"]
    chars = bytes_of_chars()
    ranks = {bytes(chars[c] for c in token): i for i, token in enumerate(sorted(model["vocab"], key=model["vocab"].get))}
    os.makedirs(os.path.join(HERE, "tiktoken"), exist_ok=True)
    with open(os.path.join(HERE, "tiktoken", "qwen.tiktoken"), "w") as f:
        for token, rank in ranks.items():
            f.write("%s %d\n" % (base64.b64encode(token).decode(), rank))
    end = "<|endoftext|>"
    encodings = {
        "qwen": (QWEN2, {end: 151643, "<|im_start|>": 151644, "<|im_end|>": 151645, **{"<|extra_%d|>" % i: 151646 + i for i in range(205)}}),
        "cl100k_base": (CL100K, {end: 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259, "<|fim_suffix|>": 100260, "<|endofprompt|>": 100276}),
        "o200k_base": (O200K, {end: 199999, "<|endofprompt|>": 200018}),
        "r50k_base": (GPT2, {end: 50256}),
        "kimi": (KIMI, {"[BOS]": 163584, "[EOS]": 163585, **{"<|reserved_token_%d|>" % i: i for i in range(163586, 163840)}}),
    }
    with open(os.path.join(HERE, "tiktoken", "golden.jsonl"), "w", encoding="utf-8") as f:
        for name, (pattern, special) in encodings.items():
            t = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
            for text in RANKED:
                ids = t.encode(unicodedata.normalize("NFC", text) if name == "qwen" else text, allowed_special="all")
                f.write(json.dumps({"encoding": name, "text": text, "ids": ids, "decoded": t.decode(ids)}, ensure_ascii=False, separators=(",", ":")) + "\n")
    vocab = [{"rank": r, "token_bytes": base64.b64encode(b).decode()} for b, r in ranks.items()]
    with open(os.path.join(HERE, "tiktoken", "tekken.json"), "w") as f:
        json.dump({"config": {"pattern": O200K, "num_vocab_tokens": len(vocab), "default_vocab_size": 920, "default_num_special_tokens": 20, "version": "v3"}, "vocab": vocab}, f, separators=(",", ":"))
    t = tiktoken.Encoding("tekken", pat_str=O200K, mergeable_ranks={b: r for b, r in ranks.items() if r < 900}, special_tokens={})
    with open(os.path.join(HERE, "tiktoken", "tekken.jsonl"), "w", encoding="utf-8") as f:
        for text in RANKED:
            ids = t.encode(text, disallowed_special=())
            f.write(json.dumps({"text": text, "ids": [i + 20 for i in ids], "decoded": t.decode(ids)}, ensure_ascii=False, separators=(",", ":")) + "\n")


def bytes_of_chars():
    """GPT-2's table: printable bytes stand for themselves, the others for the characters from U+0100 on."""
    table, more = {}, 256
    for b in range(256):
        if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174:
            table[chr(b)] = b
        else:
            table[chr(more)], more = b, more + 1
    return table


def ranges(characters):
    out = []
    for c in characters:
        if out and out[-1] == c - 1:
            out[-1] = c
        else:
            out += [c, c]
    return out


def characters():
    """What the stages that ask about single characters say of every one."""
    every = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    bert = lambda **on: normalizers.BertNormalizer(**{"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False, **on}).normalize_str
    clean, chinese, accents, marks, nfd = bert(clean_text=True), bert(handle_chinese_chars=True), bert(strip_accents=True), normalizers.StripAccents().normalize_str, normalizers.NFD().normalize_str
    scripts = pre_tokenizers.UnicodeScripts().pre_tokenize_str
    apart = lambda a, b: len(scripts(chr(a) + chr(b))) > 1
    data = {
        "removed": ranges(c for c in every if clean("a%sb" % chr(c)) == "ab"),
        "blank": ranges(c for c in every if c != 32 and clean("a%sb" % chr(c)) == "a b"),
        "chinese": ranges(c for c in every if chinese(chr(c)) != chr(c)),
        "nonspacing": ranges(c for c in every if accents(chr(c)) == ""),
        "marks": ranges(c for c in every if marks(chr(c)) == ""),
        "script begins": [b for a, b in zip(every, every[1:]) if apart(a, b)],
        "any script": ranges(c for c in every if not apart(ord("a"), c) and not apart(ord("\u4e00"), c)),
    }
    with open(os.path.join(HERE, "characters.json"), "w") as f:
        f.write("{\n" + ",\n".join(json.dumps(k) + ":" + json.dumps(v, separators=(",", ":")) for k, v in data.items()) + "\n}\n")


if __name__ == "__main__":
    corpus = OWN * 3 + [line for path in sys.argv[1:] for line in open(path, encoding="utf-8")]
    bytelevel(corpus)
    sentencepiece(corpus)
    stages()
    tiktokens()
    characters()
