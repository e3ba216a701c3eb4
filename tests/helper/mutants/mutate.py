"""Mutants of a C source: each is the text with one small change of the kind that a slip or an attacker makes.

mutants(text) yields (line number, what was changed, the mutated text). What is inside comments, strings and
preprocessor lines is left alone, but for the numbers of a #define.
"""
import re

RELATIONS = {"==": ["!="], "!=": ["=="], "<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="]}
LOGIC = {"&&": ["||"], "||": ["&&"]}
ARITHMETIC = {"+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "|": ["&"], "&": ["|"],
              "++": ["--"], "--": ["++"], "+=": ["-="], "-=": ["+="], "|=": ["&="], "<<": [">>"], ">>": ["<<"]}
OPERATOR = re.compile(r"->|\+\+|--|<<=|>>=|<<|>>|&&|\|\||[-+*/%&|^=!<>]=|[-+*/%&|<>!=?~^]")
NUMBER = re.compile(r"(?<![\w.\"'])(0[xX][0-9a-fA-F]+|[0-9]+)([uUlL]*)(?![\w.])")
NAME = re.compile(r"(?<![\w\"'])[A-Z][A-Z0-9_]{2,}(?![\w(])")
KEYWORD = re.compile(r"\b(true|false)\b")


def mask(text):
    """The text with comments, strings and character constants blanked, length and lines kept."""
    pattern = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def statements(code):
    """Spans of simple statements: from the end of what comes before to the semicolon, and whether it declares."""
    spans, start, depth = [], 0, 0
    brace = []
    for i, char in enumerate(code):
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "{":
            # An initialiser belongs to its statement; a block does not.
            block = re.search(r"(\)|\belse|\bdo)\s*$", code[start:i]) is not None
            brace.append(block)
            if block:
                start = i + 1
        elif char == "}":
            if brace and brace.pop():
                start = i + 1
            elif not brace and code[i + 1:i + 2] != ";" and re.match(r"\s*\n\n|\s*$", code[i + 1:]):
                start = i + 1
        elif char == ";" and depth == 0 and all(brace):
            if brace:
                spans.append((start, i + 1))
            start = i + 1
    result = []
    for begin, end in spans:
        text = code[begin:end]
        lead = len(text) - len(text.lstrip())
        begin += lead
        text = code[begin:end]
        head = re.match(r"(?:(?:else|do)\b\s*)?(?:(if|for|while)\b\s*\()?", text)
        if head and head.group(1):  # the controlled statement alone
            level, j = 0, text.index("(")
            while True:
                level += {"(": 1, ")": -1}.get(text[j], 0)
                j += 1
                if level == 0:
                    break
            rest = text[j:]
            begin += j + len(rest) - len(rest.lstrip())
        text = code[begin:end]
        if not text.strip(" \n\t;"):
            continue
        declares = re.match(r"(?:static|const|extern|struct|enum|unsigned|int|bool|char|size_t|ssize_t|sigset_t|"
                            r"u?int\d+_t|[ug]id_t|scmp_filter_ctx|FILE)\b", text) is not None
        result.append((begin, end, declares))
    return result


def mutants(text):
    code = mask(text)
    lines = code.split("\n")
    directive = set()
    at = 0
    for line in lines:
        if line.lstrip().startswith("#"):
            directive.update(range(at, at + len(line)))
        at += len(line) + 1
    blanked = "".join(" " if i in directive and c != "\n" else c for i, c in enumerate(code))

    def line_of(position):
        return text.count("\n", 0, position) + 1

    def plain(part):
        """On one line and without comments, as it is named."""
        return " ".join(re.sub(r"/\*.*?\*/", "", part, flags=re.S).split())

    def change(begin, end, new, kind):
        return line_of(begin), "%s: %s -> %s" % (kind, plain(text[begin:end]), plain(new)), \
            text[:begin] + new + text[end:]

    for match in OPERATOR.finditer(blanked):
        token = match.group()
        before, after = blanked[:match.start()].rstrip(), blanked[match.end():match.end() + 1]
        unary = not before or before[-1] in "(,=&|!?:{;+-*<>" or before.endswith("return")
        if token in ("&", "*", "-", "+") and (unary or after.strip() and before[-1:].isalnum() and token in "*&"
                                              and blanked[match.start() - 1] == " " and after != " "):
            continue  # an address, a pointer, a sign
        for table, kind in ((RELATIONS, "relation"), (LOGIC, "logic"), (ARITHMETIC, "arithmetic")):
            for new in table.get(token, []):
                yield change(match.start(), match.end(), new, kind)
        if token == "!":
            yield change(match.start(), match.end(), "", "negation dropped")
    for match in re.finditer(r"\b(if|while)\s*\(", blanked):
        level, j = 0, match.end() - 1
        while True:
            level += {"(": 1, ")": -1}.get(blanked[j], 0)
            j += 1
            if level == 0:
                break
        yield change(match.end(), j - 1, "!(" + text[match.end():j - 1] + ")", "condition turned")
        yield change(match.end(), j - 1, "0 && " + text[match.end():j - 1], "condition never")
    for source, kind in ((NUMBER, "number"),):
        for match in source.finditer(code):
            inside = match.start() in directive
            line = lines[line_of(match.start()) - 1]
            if inside and not re.match(r"\s*#\s*define\s+\w+\s", line):
                continue
            octal = re.fullmatch("0[0-7]+", match.group(1)) is not None
            value = int(match.group(1), 8 if octal else 0)
            for new in {value + 1, value - 1}:
                if new >= 0:
                    spelled = "%#x" % new if match.group(1).lower().startswith("0x") else ("0%o" if octal else "%d") % new
                    yield change(match.start(), match.end(), spelled + match.group(2), kind)
    for match in KEYWORD.finditer(blanked):
        yield change(match.start(), match.end(), "false" if match.group() == "true" else "true", "truth")
    for match in NAME.finditer(blanked):
        if match.group() not in ("NULL", "FILE", "POOL_SIZE_T"):
            yield change(match.start(), match.end(), "(%s + 1)" % match.group(), "constant")
    all_statements = statements(blanked)
    for begin, end, declares in all_statements:
        if not declares:
            yield change(begin, end, ";", "step dropped")
    for (b1, e1, d1), (b2, e2, d2) in zip(all_statements, all_statements[1:]):
        if d1 or d2 or blanked[e1:b2].strip():
            continue
        number, what, _ = change(b1, e2, "", "steps swapped")
        yield number, what[:-4].rstrip(), text[:b1] + text[b2:e2] + text[e1:b2] + text[b1:e1] + text[e2:]
