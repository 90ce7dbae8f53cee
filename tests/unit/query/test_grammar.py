"""The filter grammar: what is read, and how precisely it says what cannot be."""

import pytest

from fanlight.errors import InvalidError
from fanlight.query.grammar import AllOf, AnyOf, Field, Key, Node, Not, Text, Value, parse, quoted


def shown(node: Node) -> str:
    """A tree as one line, so that a test shows all of it."""
    match node:
        case Field(key=key, op=op, values=values):
            return f"{key}{op or ':'}{[v.text + '*' * v.prefix for v in values]}"
        case Text(value=value):
            return f"text{[value.text + '*' * value.prefix]}{'q' * value.quoted}"
        case Not(term=term):
            return f"not({shown(term)})"
        case AllOf(terms=terms):
            return f"all({', '.join(map(shown, terms))})"
        case AnyOf(terms=terms):
            return f"any({', '.join(map(shown, terms))})"


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", "all()"),
        ("   ", "all()"),
        ("timeout", "text['timeout']"),
        ('"timed out"', "text['timed out']q"),
        ('"a \\"b\\" \\\\"', "text['a \"b\" \\\\']q"),
        ("time*", "text['time*']"),
        ("status:error", "status:['error']"),
        ("kind:tool,llm", "kind:['tool', 'llm']"),
        ("dur:>=2s", "dur>=['2s']"),
        ("model:gpt*", "model:['gpt*']"),
        ("model:=gpt*", "model=['gpt*']"),
        ('model:"gpt*"', "model:['gpt*']"),
        ('name:"plan a"*', "name:['plan a*']"),
        ('room:""', "room:['']"),
        ("room:*", "room:['*']"),
        ('name:~"^a|b$"', "name~['^a|b$']"),
        ("name:~a.*b", "name~['a.*b']"),
        ("attr.user.id:42", "attr.\"user.id\":['42']"),
        ('attr."user id":42', "attr.\"user id\":['42']"),
        ("resource.k:>1", "resource.\"k\">['1']"),
        ("attr:x", "attr:['x']"),
        ("-room:test", "not(room:['test'])"),
        ("-(a b)", "not(all(text['a'], text['b']))"),
        ("a b", "all(text['a'], text['b'])"),
        ("a OR b c", "any(text['a'], all(text['b'], text['c']))"),
        ("(a OR b) c", "all(any(text['a'], text['b']), text['c'])"),
        ("a OR(b)", "any(text['a'], text['b'])"),
        ("ORDER or", "all(text['ORDER'], text['or'])"),
        ('"OR"', "text['OR']q"),
        ("a,b", "text['a,b']"),
        ("name:a:b", "name:['a:b']"),
        ("x-y", "text['x-y']"),
        ("dur:>-1", "dur>['-1']"),
    ],
)
def test_a_query_is_read_as(query: str, tree: str) -> None:
    assert shown(parse(query)) == tree


SPACE = "put a space between two terms, and quote what is special"
STAR = "quote the value, or use ~ and a regular expression"
VALUE = 'write one, * for "any", or "" for an empty text'
OR = 'quote it to find the word: "OR"'
AND = 'leave AND out, or quote it: "AND"'
MINUS = 'quote it to find it: "-"'
QUOTE = 'add ", and write a quote inside as \\"'
MANY = "use up to 200; each value of a field counts as one"


@pytest.mark.parametrize(
    ("query", "column", "what", "hint"),
    [
        ("(a", 1, "this parenthesis is never closed", "add ) or quote it"),
        ("a (b", 3, "this parenthesis is never closed", "add ) or quote it"),
        ("a)", 2, "nothing is open that this could close", 'quote it to find it: ")"'),
        ("()", 1, "nothing stands inside these parentheses", ""),
        ('a "b', 3, "this quote is never closed", QUOTE),
        ('a:"b', 3, "this quote is never closed", QUOTE),
        ('attr."a:x', 6, "this quote is never closed", QUOTE),
        ("OR a", 3, "OR stands between two terms, and one is missing", OR),
        ("a OR", 5, "OR stands between two terms, and one is missing", OR),
        ("a OR OR b", 8, "OR stands between two terms, and one is missing", OR),
        ("(a OR)", 6, "OR stands between two terms, and one is missing", OR),
        ("a AND b", 3, "terms side by side must all hold already", AND),
        ("a AND", 3, "terms side by side must all hold already", AND),
        ("AND(a)", 1, "terms side by side must all hold already", AND),
        ("-", 1, "a minus negates the term behind it, and there is none", MINUS),
        ("- a", 1, "a minus negates the term behind it, and there is none", MINUS),
        ("(-)", 2, "a minus negates the term behind it, and there is none", MINUS),
        ("a --b", 3, "a minus negates the term behind it, and there is none", MINUS),
        ("room:", 6, "room has no value here", VALUE),
        ("kind:a,", 8, "kind has no value here", VALUE),
        ("dur:>", 6, "dur has no value here", VALUE),
        ("dur:>1,", 8, "dur has no value here", VALUE),
        ("room:(a)", 6, "room has no value here", VALUE),
        ("attr.x:", 8, 'attr."x" has no value here', VALUE),
        ('room:a"b"', 7, "'\"' is not expected here", SPACE),
        ('"a"b', 4, "'b' is not expected here", SPACE),
        ('name:"a"*b', 10, "'b' is not expected here", SPACE),
        ('name:~"a"*', 10, "'*' is not expected here", SPACE),
        ("a*b", 2, "a star stands only at the end of a value", STAR),
        ("model:g*t", 8, "a star stands only at the end of a value", STAR),
        ("a:b*,c*d", 7, "a star stands only at the end of a value", STAR),
        ("*", 1, "'*' cannot begin a term", "quote it to find it in the text"),
        (":x", 1, "':' cannot begin a term", "quote it to find it in the text"),
        ("a:b, c", 5, "a has no value here", VALUE),
        ("attr.:x", 1, "the attribute's key is empty", 'write attr."key":value'),
        ('b resource."":x', 3, "the attribute's key is empty", 'write resource."key":value'),
        ('attr."k"', 9, "a colon and a value must follow attr.", 'write attr."key":value'),
        ("resource.k", 11, "a colon and a value must follow resource.", 'write resource."key":value'),
        ("a.b:c", 1, "'a.b' is no name of a field", "quote the whole to find it in the text"),
        ('x ""', 3, "an empty text is found everywhere", "leave it out"),
        ("(" * 33 + "a" + ")" * 33, 33, "too many open parentheses", "use up to 32"),
        ("a " * 201, 401, "too many terms", MANY),
        ("a:" + "b," * 200 + "b", 403, "too many terms", MANY),
        ("a " * 199 + "a:b,b", 403, "too many terms", MANY),
        ("a" * 4097, 4096, "4,097 characters are too many", "use up to 4,096"),
    ],
)
def test_an_error_names_the_column_and_what_would_do(query: str, column: int, what: str, hint: str) -> None:
    with pytest.raises(InvalidError) as caught:
        parse(query)
    assert (caught.value.message, caught.value.hint) == (f"filter, column {column}: {what}", hint)


@pytest.mark.parametrize(
    "query", ["(" * 32 + "a" + ")" * 32, "a " * 200, "a:" + "b," * 199 + "b", "a" * 4096], ids=len
)
def test_as_much_as_is_allowed_is_read(query: str) -> None:
    parse(query)


def test_each_part_knows_the_column_where_it_begins() -> None:
    assert parse('-level:debug,"x"*  (a* OR attr.k:>="2 b")') == AllOf(
        terms=(
            Not(
                term=Field(
                    key=Key(name="level"),
                    op="",
                    values=(
                        Value(text="debug", column=8),
                        Value(text="x", column=14, prefix=True, quoted=True),
                    ),
                    column=2,
                )
            ),
            AnyOf(
                terms=(
                    Text(value=Value(text="a", column=21, prefix=True)),
                    Field(
                        key=Key(name="k", map="attr"),
                        op=">=",
                        values=(Value(text="2 b", column=36, quoted=True),),
                        column=27,
                    ),
                )
            ),
        )
    )


def test_a_quoted_text_is_read_as_it_was() -> None:
    text = 'a "b" \\ c\n\\"'
    assert quoted(text) == '"a \\"b\\" \\\\ c\n\\\\\\""'
    assert parse(quoted(text)) == Text(value=Value(text=text, column=1, quoted=True))


def test_an_attribute_key_prints_as_it_is_written() -> None:
    assert str(Key(name="user id", map="attr")) == 'attr."user id"'
