# ruff: noqa: E501 - tables: one step a line, as long as its words are
"""Runs that failed, as agents fail: each with the step where it began and what that was.

Written from what happens in agents, before the rules were tuned. `held_out.py` has those never tuned on.
"""

from .traces import Case, case, log, step

FAILING: tuple[Case, ...] = (
    case(
        "a tool is rate limited once and recovers; the model's key is then refused",
        "error",
        [
            step("root", None, "agent", "trip planner", 0, 12, error="RuntimeError: agent gave up"),
            step("m1", "root", "llm", "chat gpt-4o", 0.1, 1.5, finish="tool_calls"),
            step("t1", "root", "tool", "weather", 2, 0.3, error="HTTPStatusError: 429 Too Many Requests", args="oslo"),
            step("t2", "root", "tool", "weather", 4, 0.4, args="oslo", out='{"temp": 3}'),
            step("m2", "root", "llm", "chat gpt-4o", 5, 0.2, error="AuthenticationError: Incorrect API key provided"),
        ],
        cause="m2", kind="auth",
    ),
    case(
        "an error is raised again through three agents",
        "error",
        [
            step("a1", None, "agent", "director", 0, 20, error="AgentError: researcher failed: archivist failed: disk is full", agent="director"),
            step("m1", "a1", "llm", "chat", 0.1, 2, agent="director"),
            step("a2", "a1", "agent", "researcher", 3, 15, error="AgentError: archivist failed: disk is full", agent="researcher"),
            step("m2", "a2", "llm", "chat", 3.1, 2, agent="researcher"),
            step("a3", "a2", "agent", "archivist", 6, 10, error="AgentError: disk is full", agent="archivist"),
            step("m3", "a3", "llm", "chat", 6.1, 2, agent="archivist"),
            step("t1", "a3", "tool", "save_report", 9, 1, error="OSError: disk is full", args="report"),
        ],
        cause="t1", kind="tool_error",
    ),
    case(
        "each agent on the way up words the error anew",
        "error",
        [
            step("a1", None, "agent", "supervisor", 0, 30, error="RuntimeError: could not complete the task", agent="supervisor"),
            step("a2", "a1", "agent", "analyst", 1, 25, error="DelegationError: sub-agent ended early", agent="analyst"),
            step("m1", "a2", "llm", "chat", 1.5, 3, agent="analyst"),
            step("a3", "a2", "agent", "sql writer", 5, 20, error="ToolExecutionError: query step failed", agent="sql writer"),
            step("t1", "a3", "tool", "run_sql", 6, 2, error="ProgrammingError: relation \"orderz\" does not exist", args="select"),
        ],
        cause="t1", kind="tool_error",
    ),
    case(
        "the tool's errors were swallowed; what failed the run is the context window",
        "error",
        [
            step("root", None, "agent", "coder", 0, 60, error="BadRequestError: This model's maximum context length is 128000 tokens"),
            step("m1", "root", "llm", "chat", 0.1, 3),
            step("t1", "root", "tool", "read_file", 4, 0.1, error="FileNotFoundError: no such file: a.py", args="a.py"),
            step("m2", "root", "llm", "chat", 5, 3),
            step("t2", "root", "tool", "read_file", 9, 0.1, args="b.py", out="x = 1"),
            step("m3", "root", "llm", "chat", 10, 0.5, error="BadRequestError: This model's maximum context length is 128000 tokens. However, your messages resulted in 131822 tokens"),
        ],
        cause="m3", kind="context_length",
    ),
    case(
        "of three branches at once one fails and the others are cancelled",
        "error",
        [
            step("root", None, "agent", "comparer", 0, 8, error="ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)"),
            step("b1", "root", "chain", "quotes EU", 1, 3.05, error="CancelledError: "),
            step("b2", "root", "chain", "quotes US", 1, 3.0, error="KeyError: 'price'"),
            step("b3", "root", "chain", "quotes ASIA", 1, 3.06, error="CancelledError: "),
            step("t1", "b1", "tool", "get_quote", 1.1, 2.9, error="CancelledError: ", args="eu"),
            step("t2", "b2", "tool", "get_quote", 1.1, 1.0, args="us", out='{"currency": "USD", "amount": 3}'),
            step("t3", "b3", "tool", "get_quote", 1.1, 2.9, error="CancelledError: ", args="asia"),
        ],
        cause="b2", kind="code_error",
    ),
    case(
        "the parent's time runs out because of one slow tool",
        "error",
        [
            step("root", None, "agent", "support", 0, 30, error="TimeoutError: run timed out after 30 seconds"),
            step("m1", "root", "llm", "chat", 0.1, 1.2),
            step("t1", "root", "tool", "find_customer", 1.5, 0.4, args="jo", out='{"id": 7}'),
            step("m2", "root", "llm", "chat", 2, 1.0),
            step("t2", "root", "tool", "export_orders", 3.1, 26.9, error="CancelledError: ", args="7"),
        ],
        cause="t2", kind="timeout",
    ),
    case(
        "a slow query two levels down makes the run time out, and no span below calls itself an error",
        "error",
        [
            step("root", None, "agent", "report", 0, 60, error="asyncio.TimeoutError: "),
            step("m1", "root", "llm", "chat", 0.1, 2),
            step("c1", "root", "chain", "collect", 2.2, 57.7),
            step("r1", "c1", "retriever", "vector search", 2.3, 0.4, out='[{"id": 1}]'),
            step("t1", "c1", "tool", "warehouse_query", 3, 56.8, args="q"),
            step("db", "t1", "io", "SELECT", 3.1, 56.6),
        ],
        cause="db t1", kind="timeout",
    ),
    case(
        "a model call gives up by itself after its own limit",
        "error",
        [
            step("root", None, "agent", "writer", 0, 65, error="APITimeoutError: Request timed out."),
            step("m1", "root", "llm", "chat", 0.1, 2),
            step("m2", "root", "llm", "chat", 3, 60, error="APITimeoutError: Request timed out."),
        ],
        cause="m2", kind="timeout",
    ),
    case(
        "three attempts in a row are rate limited",
        "error",
        [
            step("root", None, "agent", "tagger", 0, 20, error="RateLimitError: Rate limit reached for gpt-4o"),
            step("m1", "root", "llm", "chat", 0.1, 1.5),
            step("m2", "root", "llm", "chat", 2, 0.2, error="RateLimitError: Rate limit reached for gpt-4o on tokens per min", http=429),
            step("m3", "root", "llm", "chat", 4, 0.2, error="RateLimitError: Rate limit reached for gpt-4o on tokens per min", http=429),
            step("m4", "root", "llm", "chat", 8, 0.2, error="RateLimitError: Rate limit reached for gpt-4o on tokens per min", http=429),
        ],
        cause="m2", kind="rate_limit",
    ),
    case(
        "an answer that was cut short cannot be parsed",
        "error",
        [
            step("root", None, "chain", "extract invoice", 0, 9, error="OutputParserException: Failed to parse: Unterminated string starting at line 40"),
            step("m1", "root", "llm", "chat", 0.1, 8, finish="length", out='{"lines": [{"sku": "A', tokens=(900, 1024)),
            step("p1", "root", "chain", "JsonOutputParser", 8.2, 0.1, error="OutputParserException: Failed to parse: Unterminated string starting at line 40"),
        ],
        cause="m1", kind="output_truncated",
    ),
    case(
        "the content filter stops the answer, and the code trips over the missing text",
        "error",
        [
            step("root", None, "agent", "summariser", 0, 4, error="AttributeError: 'NoneType' object has no attribute 'strip'"),
            step("m1", "root", "llm", "chat", 0.1, 3, finish="content_filter"),
        ],
        cause="m1", kind="refused",
    ),
    case(
        "the provider's own policy refuses the prompt",
        "error",
        [
            step("root", None, "agent", "illustrator", 0, 6, error="BadRequestError: The response was filtered due to the prompt triggering Azure OpenAI's content management policy"),
            step("m1", "root", "llm", "chat", 0.2, 2, finish="stop"),
            step("m2", "root", "llm", "chat", 3, 0.6, error="BadRequestError: The response was filtered due to the prompt triggering Azure OpenAI's content management policy", http=400),
        ],
        cause="m2", kind="refused",
    ),
    case(
        "the model calls a tool with an argument that its schema does not know",
        "error",
        [
            step("root", None, "agent", "booker", 0, 9, error="UnexpectedModelBehavior: Tool 'book' exceeded max retries count of 1"),
            step("m1", "root", "llm", "chat", 0.1, 2, finish="tool_calls"),
            step("t1", "root", "tool", "book", 2.5, 0.1, error="ValidationError: 1 validation error for BookArgs: date: Field required", args="{}"),
            step("m2", "root", "llm", "chat", 3, 2, finish="tool_calls"),
            step("t2", "root", "tool", "book", 5.5, 0.1, error="ValidationError: 1 validation error for BookArgs: date: Field required", args='{"day": 1}'),
        ],
        cause="t1", kind="invalid_arguments",
    ),
    case(
        "the model asks for a tool that is not there",
        "error",
        [
            step("root", None, "agent", "helper", 0, 5, error="ModelBehaviorError: Tool 'send_fax' not found in agent helper"),
            step("m1", "root", "llm", "chat", 0.1, 2, finish="tool_calls"),
            step("t1", "root", "tool", "send_fax", 2.2, 0.01, error="ToolNotFoundError: Tool 'send_fax' not found in agent helper", args="{}"),
        ],
        cause="t1", kind="unknown_tool",
    ),
    case(
        "a budget stops the run",
        "error",
        [
            step("root", None, "agent", "researcher", 0, 90, error="BudgetExceeded: budget of 1.00 USD is spent"),
            step("m1", "root", "llm", "chat", 0.1, 20, tokens=(90_000, 4_000)),
            step("t1", "root", "tool", "search", 21, 2, args="a", out='["x"]'),
            step("m2", "root", "llm", "chat", 24, 30, tokens=(120_000, 8_000)),
            step("t2", "root", "tool", "search", 55, 2, args="b", out='["y"]'),
            step("m3", "root", "llm", "chat", 58, 0.01, error="BudgetExceeded: budget of 1.00 USD is spent"),
        ],
        cause="m3", kind="budget",
    ),
    case(
        "the agent asks the same thing until its turns are used up",
        "error",
        [
            step("root", None, "agent", "shopper", 0, 40, error="MaxTurnsExceeded: Max turns (10) exceeded"),
            *[
                each
                for n in range(6)
                for each in (
                    step(f"m{n}", "root", "llm", "chat", 1 + n * 6, 3, finish="tool_calls"),
                    step(f"t{n}", "root", "tool", "search_products", 4.2 + n * 6, 0.5, args="red shoes", out='{"items": []}'),
                )
            ],
        ],
        cause="t0", kind="loop",
    ),
    case(
        "turns are used up on different, honest steps",
        "error",
        [
            step("root", None, "agent", "shopper", 0, 40, error="MaxTurnsExceeded: Max turns (5) exceeded"),
            *[
                each
                for n in range(5)
                for each in (
                    step(f"m{n}", "root", "llm", "chat", 1 + n * 6, 3, finish="tool_calls"),
                    step(f"t{n}", "root", "tool", "open_page", 4.2 + n * 6, 0.5, args=f"page {n}", out=f"text of {n}"),
                )
            ],
        ],
        cause="root", kind="max_steps",
    ),
    case(
        "two agents hand the task to each other until the graph's limit",
        "error",
        [
            step("root", None, "chain", "LangGraph", 0, 50, error="GraphRecursionError: Recursion limit of 25 reached without hitting a stop condition"),
            *[
                each
                for n in range(5)
                for each in (
                    step(f"ma{n}", "root", "llm", "chat", n * 10, 2),
                    step(f"ta{n}", "root", "tool", "transfer_to_billing", n * 10 + 3, 0.1, args="{}", out="transferred to billing"),
                    step(f"mb{n}", "root", "llm", "chat", n * 10 + 4, 2),
                    step(f"tb{n}", "root", "tool", "transfer_to_support", n * 10 + 7, 0.1, args="{}", out="transferred to support"),
                )
            ],
        ],
        cause="ta0", kind="loop",
    ),
    case(
        "the process was killed while a model call was running",
        "lost",
        [
            step("root", None, "agent", "crawler", 0, None, state="lost"),
            step("m1", "root", "llm", "chat", 0.1, 2),
            step("t1", "root", "tool", "fetch", 2.2, 1, args="u", out="<html>"),
            step("m2", "root", "llm", "chat", 3.5, None, state="lost"),
        ],
        cause="m2", kind="lost",
    ),
    case(
        "the kernel kills the process for its memory, and a log line says so",
        "lost",
        [
            step("root", None, "agent", "embedder", 0, None, state="lost"),
            step("t1", "root", "tool", "load_corpus", 1, 5, args="c", out="ok"),
            step("e1", "root", "embedding", "embed", 7, None, state="lost"),
        ],
        logs=(log("L1", 19, "container killed: out of memory (limit 512Mi)", severity=21),),
        cause="e1", kind="out_of_memory", log_id="L1",
    ),
    case(
        "only finished spans came, the root never did",
        "lost",
        [
            step("m1", "gone", "llm", "chat", 0.1, 2),
            step("t1", "gone", "tool", "fetch", 2.2, 1, args="u", out="<html>"),
            step("m2", "gone", "llm", "chat", 3.5, 2),
        ],
        cause="m2", kind="lost",
    ),
    case(
        "an unhandled error ended the process: its root never came",
        "lost",
        [
            step("m1", "gone", "llm", "chat", 0.1, 2),
            step("t1", "gone", "tool", "parse_csv", 2.2, 0.4, error="UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff", args="f"),
        ],
        cause="t1", kind="tool_error",
    ),
    case(
        "the database cannot be reached; the span of the tool keeps quiet, its child does not",
        "error",
        [
            step("root", None, "agent", "ops", 0, 10, error="OperationalError: could not connect to server: Connection refused"),
            step("m1", "root", "llm", "chat", 0.1, 1),
            step("t1", "root", "tool", "query_db", 1.5, 5),
            step("db", "t1", "io", "connect", 1.6, 4.8, error="OperationalError: could not connect to server: Connection refused"),
        ],
        cause="db", kind="connection",
    ),
    case(
        "a span whose parent never came has the error that the root repeats",
        "error",
        [
            step("root", None, "agent", "mailer", 0, 10, error="SMTPRecipientsRefused: no such user: bo@example.org"),
            step("m1", "root", "llm", "chat", 0.1, 1),
            step("t1", "missing", "tool", "send_mail", 2, 1, error="SMTPRecipientsRefused: no such user: bo@example.org", args="bo"),
        ],
        cause="t1", kind="tool_error",
    ),
    case(
        "the tool's host has its clock five minutes ahead",
        "error",
        [
            step("root", None, "agent", "deployer", 0, 10, error="RuntimeError: step failed", service="agent"),
            step("m1", "root", "llm", "chat", 0.1, 1, service="agent"),
            step("t1", "root", "tool", "lint", 1.5, 1, error="ExitError: lint found 3 problems", args="x", service="agent"),
            step("m2", "root", "llm", "chat", 3, 1, service="agent"),
            step("t2", "root", "tool", "deploy", 305, 2, error="PermissionDenied: role deployer may not create pods", args="y", service="cluster"),
        ],
        cause="t2", kind="auth",
    ),
    case(
        "a span has no message; the log has it",
        "error",
        [
            step("root", None, "agent", "billing bot", 0, 6, error="Exception: "),
            step("m1", "root", "llm", "chat", 0.1, 1),
        ],
        logs=(log("L1", 3, "psycopg2.OperationalError: could not connect to server: Connection refused", span="root"),),
        cause="root", kind="connection", log_id="L1",
    ),
    case(
        "the first tool found nothing, and a later one stumbles over it",
        "error",
        [
            step("root", None, "agent", "refunds", 0, 12, error="KeyError: 'order_id'"),
            step("m1", "root", "llm", "chat", 0.1, 1),
            step("t1", "root", "tool", "lookup_order", 1.5, 0.4, args="77", out="{}"),
            step("m2", "root", "llm", "chat", 2.2, 1),
            step("t2", "root", "tool", "refund", 4, 0.2, error="KeyError: 'order_id'", args="{}"),
        ],
        cause="t1 t2", kind="empty_result tool_error",
    ),
    case(
        "the fallback model fails too, for another reason",
        "error",
        [
            step("root", None, "agent", "chatbot", 0, 8, error="NotFoundError: The model `claude-9` does not exist"),
            step("m1", "root", "llm", "chat gpt-4o", 0.1, 0.5, error="InternalServerError: The server had an error", http=500),
            step("m2", "root", "llm", "chat claude-9", 1, 0.3, error="NotFoundError: The model `claude-9` does not exist", http=404, model="claude-9"),
        ],
        cause="m1 m2", kind="provider_error bad_request",
    ),
    case(
        "the account has no credit left",
        "error",
        [
            step("root", None, "agent", "digest", 0, 3, error="RateLimitError: You exceeded your current quota, please check your plan and billing details"),
            step("m1", "root", "llm", "chat", 0.1, 0.4, error="RateLimitError: You exceeded your current quota, please check your plan and billing details", http=429),
        ],
        cause="m1", kind="quota",
    ),
    case(
        "a guardrail stops the input",
        "error",
        [
            step("root", None, "agent", "homework helper", 0, 3, error="InputGuardrailTripwireTriggered: Guardrail InputGuardrail triggered tripwire"),
            step("g1", "root", "guardrail", "no_exams", 0.1, 1.5, out='{"triggered": true}'),
            step("m1", "root", "llm", "chat", 0.1, 1.4, error="CancelledError: "),
        ],
        cause="g1", kind="guardrail",
    ),
    case(
        "somebody stops the run",
        "cancelled",
        [
            step("root", None, "agent", "essay", 0, 7, error="CancelledError: run was cancelled by the user"),
            step("m1", "root", "llm", "chat", 0.1, 2),
            step("m2", "root", "llm", "chat", 3, 4, error="CancelledError: "),
        ],
        cause="root m2", kind="cancelled",
    ),
    case(
        "the run ends well, with an answer that stands on an empty search",
        "success",
        [
            step("root", None, "agent", "legal", 0, 9),
            step("m1", "root", "llm", "chat", 0.1, 1, finish="tool_calls"),
            step("r1", "root", "retriever", "case law", 1.5, 0.4, out="[]"),
            step("m2", "root", "llm", "chat", 3, 5, finish="stop", out="In Smith v. Jones the court held that the clause is void."),
        ],
        cause="r1", kind="empty_result", verdict="suspicious",
    ),
    case(
        "the run ends well, but its last answer is cut off",
        "success",
        [
            step("root", None, "agent", "novelist", 0, 30),
            step("m1", "root", "llm", "chat", 0.1, 4, finish="tool_calls"),
            step("t1", "root", "tool", "outline", 5, 1, args="x", out="1. 2. 3."),
            step("m2", "root", "llm", "chat", 7, 22, finish="max_tokens", tokens=(2_000, 4_096), out="It was a dark and"),
        ],
        cause="m2", kind="output_truncated", verdict="suspicious",
    ),
    case(
        "the tool says in its result that it failed, and nobody minds",
        "success",
        [
            step("root", None, "agent", "banker", 0, 9),
            step("m1", "root", "llm", "chat", 0.1, 1, finish="tool_calls"),
            step("t1", "root", "tool", "get_balance", 1.5, 0.4, args="7", out='{"error": "account service unavailable"}'),
            step("m2", "root", "llm", "chat", 3, 5, finish="stop", out="Your balance is 1,204.50 EUR."),
        ],
        cause="t1", kind="tool_reported_error", verdict="suspicious",
    ),
    case(
        "a tool fails, nothing makes up for it, the run ends well",
        "success",
        [
            step("root", None, "agent", "calendar", 0, 9),
            step("m1", "root", "llm", "chat", 0.1, 1, finish="tool_calls"),
            step("t1", "root", "tool", "create_event", 1.5, 0.4, error="HttpError: 403 Forbidden", args="x", http=403),
            step("m2", "root", "llm", "chat", 3, 2, finish="stop", out="Done, it is in your calendar!"),
        ],
        cause="t1", kind="auth", verdict="suspicious",
    ),
    case(
        "the stream of the model breaks off inside the HTTP client",
        "error",
        [
            step("root", None, "agent", "voice", 0, 14, error="APIConnectionError: Connection error."),
            step("m1", "root", "llm", "chat", 0.1, 13.5, error="APIConnectionError: Connection error."),
            step("h1", "m1", "io", "POST", 0.2, 13.2, error="RemoteProtocolError: peer closed connection without sending complete message body"),
        ],
        cause="h1", kind="connection",
    ),
    case(
        "the tools' server goes away; every later call of any of its tools fails in the same way",
        "error",
        [
            step("root", None, "agent", "files", 0, 20, error="McpError: Connection closed"),
            step("m1", "root", "llm", "chat", 0.1, 1),
            step("t0", "root", "tool", "list_dir", 1.5, 0.2, args="/", out="a b"),
            step("m2", "root", "llm", "chat", 2, 1),
            step("t1", "root", "tool", "read_file", 3.5, 0.2, error="McpError: Connection closed", args="a"),
            step("m3", "root", "llm", "chat", 4, 1),
            step("t2", "root", "tool", "stat_file", 5.5, 0.2, error="McpError: Connection closed", args="a"),
            step("m4", "root", "llm", "chat", 6, 1),
            step("t3", "root", "tool", "list_dir", 7.5, 0.2, error="McpError: Connection closed", args="/"),
        ],
        cause="t1", kind="connection",
    ),
    case(
        "a tool says each time that it is not set up, until the turns are used up",
        "error",
        [
            step("root", None, "agent", "searcher", 0, 20, error="MaxTurnsExceeded: Max turns (3) exceeded"),
            *[
                each
                for n in range(3)
                for each in (
                    step(f"m{n}", "root", "llm", "chat", n * 5, 2),
                    step(f"t{n}", "root", "tool", "web_search", n * 5 + 3, 0.1, args=f"try {n}", out="Error: SEARCH_API_KEY is not set"),
                )
            ],
        ],
        cause="t0", kind="tool_reported_error auth",
    ),
    case(
        "the model makes a call that is no call",
        "error",
        [
            step("root", None, "agent", "gemini", 0, 6, error="ValueError: response has no candidates with content"),
            step("m1", "root", "llm", "generate_content", 0.1, 4, finish="MALFORMED_FUNCTION_CALL"),
        ],
        cause="m1", kind="invalid_output",
    ),
    case(
        "the instrumentation records the exception on the model call without failing its span",
        "error",
        [
            step("root", None, "agent", "translator", 0, 6, error="RateLimitError: Error code: 429 - requests per minute"),
            step("m1", "root", "llm", "chat", 0.1, 1),
            step("m2", "root", "llm", "chat", 2, 1, caught="RateLimitError: Error code: 429 - requests per minute"),
        ],
        cause="m2", kind="rate_limit",
    ),
)  # fmt: skip
