"""The filter grammar: what is read, and how precisely it says what cannot be."""

import pytest

from fanlight.errors import InvalidError
from fanlight.query.grammar import AllOf, AnyOf, Field, Key, Node, Not, Text, parse


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


@pytest.mark.parametrize(
    ("query", "column", "what"),
    [
        ("(a", 1, "this parenthesis is never closed"),
        ("a (b", 3, "this parenthesis is never closed"),
        ("a)", 2, "nothing is open that this could close"),
        ("()", 1, "nothing stands inside these parentheses"),
        ('a "b', 3, "this quote is never closed"),
        ("OR a", 3, "OR stands between two terms, and one is missing"),
        ("a OR", 5, "OR stands between two terms, and one is missing"),
        ("a OR OR b", 8, "OR stands between two terms, and one is missing"),
        ("a AND b", 3, "terms side by side must all hold already"),
        ("-", 1, "a minus negates the term behind it, and there is none"),
        ("a --b", 3, "a minus negates the term behind it, and there is none"),
        ("room:", 6, "room has no value here"),
        ("kind:a,", 8, "kind has no value here"),
        ("dur:>", 6, "dur has no value here"),
        ("room:(a)", 6, "room has no value here"),
        ('room:a"b"', 7, "'\"' is not expected here"),
        ('"a"b', 4, "'b' is not expected here"),
        ("a*b", 2, "a star stands only at the end of a value"),
        ("model:g*t", 8, "a star stands only at the end of a value"),
        ("*", 1, "'*' cannot begin a term"),
        (":x", 1, "':' cannot begin a term"),
        ("a:b, c", 5, "a has no value here"),
        ("attr.:x", 1, "the attribute's key is empty"),
        ('attr."k"', 9, "a colon and a value must follow attr."),
        ("a.b:c", 1, "'a.b' is no name of a field"),
        ('""', 1, "an empty text is found everywhere"),
        ("(" * 40 + "a" + ")" * 40, 33, "too many open parentheses"),
        ("a " * 300, 401, "too many terms"),
        ("a" * 5000, 4096, "5,000 characters are too many"),
    ],
)
def test_an_error_names_the_column(query: str, column: int, what: str) -> None:
    with pytest.raises(InvalidError) as caught:
        parse(query)
    assert caught.value.message == f"filter, column {column}: {what}"


def test_an_attribute_key_prints_as_it_is_written() -> None:
    assert str(Key(name="user id", map="attr")) == 'attr."user id"'
