# ruff: noqa: E501 - tables: one step a line, as long as its words are
"""Runs that failed, kept apart: the rules were not tuned on them."""

from .traces import Case, case, log, step

HELD_OUT: tuple[Case, ...] = (
    case(
        "a sub-agent's model is overloaded; its parent retries the whole sub-agent in vain",
        "error",
        [
            step("root", None, "agent", "editor", 0, 40, error="RuntimeError: fact checker unavailable"),
            step("m1", "root", "llm", "chat", 0.1, 2),
            step("a1", "root", "agent", "fact checker", 3, 5, error="OverloadedError: Overloaded"),
            step("x1", "a1", "llm", "messages", 3.2, 4, error="OverloadedError: Overloaded", http=529),
            step("a2", "root", "agent", "fact checker", 12, 5, error="OverloadedError: Overloaded"),
            step("x2", "a2", "llm", "messages", 12.2, 4, error="OverloadedError: Overloaded", http=529),
            step("a3", "root", "agent", "fact checker", 30, 5, error="OverloadedError: Overloaded"),
            step("x3", "a3", "llm", "messages", 30.2, 4, error="OverloadedError: Overloaded", http=529),
        ],
        cause="x1", kind="overloaded",
    ),
    case(
        "an MCP server answers with a JSON-RPC error of bad parameters",
        "error",
        [
            step("root", None, "agent", "github bot", 0, 9, error="McpError: Invalid params: 'owner' is required"),
            step("m1", "root", "llm", "chat", 0.1, 1.5, finish="tool_calls"),
            step("t1", "root", "tool", "create_issue", 2, 1, error="McpError: MCP error -32602: Invalid params: 'owner' is required", args="{}"),
            step("h1", "t1", "io", "tools/call create_issue", 2.1, 0.8),
        ],
        cause="t1", kind="invalid_arguments",
    ),
    case(
        "the retriever's database is down, the chain wraps it, the agent wraps the chain",
        "error",
        [
            step("root", None, "agent", "docs bot", 0, 7, error="ChainError: retrieval step failed"),
            step("m1", "root", "llm", "condense question", 0.1, 1),
            step("c1", "root", "chain", "RetrievalQA", 1.2, 5.5, error="ChainError: retrieval step failed"),
            step("e1", "c1", "embedding", "embed query", 1.3, 0.2),
            step("r1", "c1", "retriever", "qdrant", 1.6, 5, error="ResponseHandlingException: [Errno 111] Connection refused"),
        ],
        cause="r1", kind="connection",
    ),
    case(
        "a coding agent's test run times out; before that a harmless grep failed",
        "error",
        [
            step("root", None, "agent", "coder", 0, 700, error="ToolTimeout: bash timed out after 600 s"),
            step("m1", "root", "llm", "chat", 0.1, 5),
            step("t1", "root", "tool", "grep", 6, 0.1, error="ExitError: exit status 1", args="TODO"),
            step("m2", "root", "llm", "chat", 7, 5),
            step("t2", "root", "tool", "bash", 13, 600, error="ToolTimeout: bash timed out after 600 s", args="pytest"),
        ],
        cause="t2", kind="timeout",
    ),
    case(
        "a workflow's step gets a refusal in place of JSON",
        "error",
        [
            step("root", None, "chain", "moderate listing", 0, 5, error="JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
            step("m1", "root", "llm", "chat", 0.2, 2, out="ok"),
            step("m2", "root", "llm", "chat", 2.5, 2, finish="refusal", out="I can't help with that."),
        ],
        cause="m2", kind="refused",
    ),
    case(
        "the worker's spans come from another host and its clock is an hour behind",
        "error",
        [
            step("root", None, "agent", "scheduler", 3600, 20, error="WorkerError: job 7 failed", service="api"),
            step("q1", "root", "io", "enqueue", 3600.1, 0.1, service="api"),
            step("w1", "root", "chain", "job 7", 1, 15, error="WorkerError: job 7 failed", service="worker"),
            step("m1", "w1", "llm", "chat", 2, 3, service="worker"),
            step("t1", "w1", "tool", "render_pdf", 6, 2, error="RuntimeError: font Inter not found", args="x", service="worker"),
        ],
        cause="t1", kind="tool_error",
    ),
    case(
        "a loop is stopped by the guard inside a tool call",
        "error",
        [
            step("root", None, "agent", "helpdesk", 0, 30, error="LoopDetected: get_ticket was called 5 times with the same arguments"),
            *[
                each
                for n in range(5)
                for each in (
                    step(f"m{n}", "root", "llm", "chat", n * 5, 2),
                    step(f"t{n}", "root", "tool", "get_ticket", n * 5 + 2.5, 0.4, args="T-1", out='{"state": "open"}',
                         error="LoopDetected: get_ticket was called 5 times with the same arguments" if n == 4 else None),
                )
            ],
        ],
        cause="t0 t4", kind="loop",
    ),
    case(
        "the context overflows because a tool returned a whole file",
        "error",
        [
            step("root", None, "agent", "log reader", 0, 9, error="BadRequestError: prompt is too long: 214310 tokens > 200000 maximum"),
            step("m1", "root", "llm", "messages", 0.1, 2),
            step("t1", "root", "tool", "read_log", 3, 1, args="app.log", out="x" * 1000),
            step("m2", "root", "llm", "messages", 5, 0.4, error="BadRequestError: prompt is too long: 214310 tokens > 200000 maximum", http=400),
        ],
        cause="m2", kind="context_length",
    ),
    case(
        "a run ends well although its payment tool gave up",
        "success",
        [
            step("root", None, "agent", "checkout", 0, 20),
            step("m1", "root", "llm", "chat", 0.1, 1),
            step("t1", "root", "tool", "charge_card", 2, 5, error="ReadTimeout: timed out", args="42"),
            step("t2", "root", "tool", "charge_card", 8, 5, error="ReadTimeout: timed out", args="42"),
            step("m2", "root", "llm", "chat", 14, 2, out="Thank you for your order!"),
        ],
        cause="t1", kind="timeout", verdict="suspicious",
    ),
    case(
        "the worker is redeployed in the middle of a run",
        "lost",
        [
            step("root", None, "agent", "importer", 0, None, state="lost"),
            step("m1", "root", "llm", "chat", 0.1, 2),
            step("c1", "root", "chain", "batch", 3, None, state="lost"),
            step("t1", "c1", "tool", "upsert", 4, 1, args="1", out="ok"),
            step("t2", "c1", "tool", "upsert", 6, None, args="2", state="lost"),
        ],
        cause="t2", kind="lost",
    ),
    case(
        "a bug in the agent's own code between two good steps",
        "error",
        [
            step("root", None, "agent", "quoter", 0, 6, error="TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
            step("m1", "root", "llm", "chat", 0.1, 2, finish="tool_calls"),
            step("t1", "root", "tool", "price", 2.5, 1, args="x", out='{"price": "12"}'),
        ],
        cause="root", kind="code_error",
    ),
    case(
        "one of two parallel sub-agents fails first, the other a moment later for its own reason",
        "error",
        [
            step("root", None, "agent", "due diligence", 0, 20, error="ExceptionGroup: 2 sub-agents failed"),
            step("a1", "root", "agent", "finance", 1, 12, error="RuntimeError: no filings"),
            step("t1", "a1", "tool", "sec_search", 3, 9, error="HTTPError: 503 Service Unavailable", args="acme", http=503),
            step("a2", "root", "agent", "news", 1, 6, error="RuntimeError: news failed"),
            step("t2", "a2", "tool", "news_api", 2, 4, error="HTTPError: 401 Unauthorized", args="acme", http=401),
        ],
        cause="t2", kind="auth",
    ),
    case(
        "nothing but a fatal log line tells of the crash",
        "lost",
        [
            step("root", None, "agent", "vision", 0, None, state="lost"),
            step("t1", "root", "tool", "decode_image", 2, None, args="x", state="lost"),
        ],
        logs=(
            log("L0", 1, "retrying download of model weights", span="root"),
            log("L1", 2.5, "Fatal Python error: Segmentation fault", span="t1", severity=21),
        ),
        cause="t1", kind="log_error lost", log_id="L1",
    ),
    case(
        "every span of a graph carries its own traceback of the one error",
        "error",
        [
            step("root", None, "chain", "LangGraph", 0, 9, error="RateLimitError: RateLimitError(\"Error code: 429\")Traceback (most recent call last): pregel/main.py line 1"),
            step("c1", "root", "chain", "agent", 0.2, 8, error="RateLimitError: RateLimitError(\"Error code: 429\")Traceback (most recent call last): node.py line 7"),
            step("c2", "c1", "chain", "RunnableSequence", 0.3, 7.8, error="RateLimitError: RateLimitError(\"Error code: 429\")Traceback (most recent call last): base.py line 3"),
            step("p1", "c2", "chain", "ChatPromptTemplate", 0.3, 0.01),
            step("m1", "c2", "llm", "ChatOpenAI", 0.4, 7.6, error="RateLimitError: RateLimitError(\"Error code: 429\")Traceback (most recent call last): openai.py line 9"),
        ],
        cause="m1", kind="rate_limit",
    ),
    case(
        "a sub-agent spends the budget while another one had a small mishap",
        "error",
        [
            step("root", None, "agent", "editor", 0, 60, error="BudgetExceeded: budget of 2.00 USD is spent"),
            step("a1", "root", "agent", "finder", 1, 20),
            step("t1", "a1", "tool", "open_url", 2, 1, error="HTTPError: 404 Not Found", args="x", http=404),
            step("m1", "a1", "llm", "chat", 4, 10),
            step("a2", "root", "agent", "writer", 22, 37, error="BudgetExceeded: budget of 2.00 USD is spent"),
            step("m2", "a2", "llm", "chat", 23, 30),
            step("m3", "a2", "llm", "chat", 54, 0.1, error="BudgetExceeded: budget of 2.00 USD is spent"),
        ],
        cause="m3", kind="budget",
    ),
    case(
        "a reasoning model thinks all its tokens away and says nothing",
        "error",
        [
            step("root", None, "agent", "solver", 0, 70, error="ValueError: model returned an empty response"),
            step("m1", "root", "llm", "chat o3", 0.1, 69, finish="length", out="", tokens=(3_000, 8_192)),
        ],
        cause="m1", kind="output_truncated",
    ),
    case(
        "the AI SDK gives up after three attempts",
        "error",
        [
            step("root", None, "chain", "ai.streamText", 0, 9, error="AI_RetryError: Failed after 3 attempts. Last error: Overloaded"),
            step("d1", "root", "llm", "ai.streamText.doStream", 0.1, 0.5, error="AI_APICallError: Overloaded"),
            step("d2", "root", "llm", "ai.streamText.doStream", 2.6, 0.5, error="AI_APICallError: Overloaded"),
            step("d3", "root", "llm", "ai.streamText.doStream", 7, 0.5, error="AI_APICallError: Overloaded"),
        ],
        cause="d1", kind="overloaded",
    ),
    case(
        "the output does not validate, twice",
        "error",
        [
            step("root", None, "agent", "extractor", 0, 9, error="UnexpectedModelBehavior: Exceeded maximum retries (1) for output validation"),
            step("m1", "root", "llm", "chat", 0.1, 3, finish="stop", out='{"age": "old"}'),
            step("m2", "root", "llm", "chat", 4, 3, finish="stop", out='{"age": "older"}'),
        ],
        cause="root m1 m2", kind="invalid_output",
    ),
    case(
        "a retriever inside a sub-agent has no rights; everybody above carries on",
        "success",
        [
            step("root", None, "agent", "supervisor", 0, 20),
            step("a1", "root", "agent", "librarian", 1, 9),
            step("r1", "a1", "retriever", "sharepoint", 2, 1, error="AuthorizationFailedError: token has expired"),
            step("m1", "a1", "llm", "chat", 4, 5, out="The policy allows 30 days."),
            step("m2", "root", "llm", "chat", 12, 5, out="You have 30 days."),
        ],
        cause="r1", kind="auth", verdict="suspicious",
    ),
    case(
        "the vector database does not answer in time",
        "error",
        [
            step("root", None, "agent", "faq", 0, 35, error="RetrieverError: search failed"),
            step("e1", "root", "embedding", "embed", 0.1, 0.3),
            step("r1", "root", "retriever", "milvus", 0.5, 30, error="_InactiveRpcError: status = StatusCode.DEADLINE_EXCEEDED details = Deadline Exceeded"),
        ],
        cause="r1", kind="timeout",
    ),
    case(
        "two runs of agents in one trace, the second one fails",
        "error",
        [
            step("a", None, "agent", "morning", 0, 5),
            step("m1", "a", "llm", "chat", 1, 3),
            step("b", None, "agent", "evening", 10, 5, error="RuntimeError: speaker offline"),
            step("m2", "b", "llm", "chat", 10.5, 2),
            step("t1", "b", "tool", "say", 13, 1, error="RuntimeError: speaker offline", args="hi"),
        ],
        cause="t1", kind="tool_error",
    ),
    case(
        "the gateway answers with a page of HTML",
        "error",
        [
            step("root", None, "agent", "copywriter", 0, 5, error="InternalServerError: <html><head><title>502 Bad Gateway</title></head></html>"),
            step("m1", "root", "llm", "chat", 1, 3, error="InternalServerError: <html><head><title>502 Bad Gateway</title></head></html>", http=502),
        ],
        cause="m1", kind="provider_error",
    ),
    case(
        "a local embedding model does not fit the card",
        "error",
        [
            step("root", None, "chain", "ingest", 0, 50, error="RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB"),
            step("t1", "root", "tool", "split", 1, 2, args="doc", out='["a", "b"]'),
            step("e1", "root", "embedding", "bge-large", 4, 40, error="OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB"),
        ],
        cause="e1", kind="out_of_memory",
    ),
    case(
        "the first search is empty, the second is not; then the formatter breaks",
        "error",
        [
            step("root", None, "agent", "shop", 0, 9, error="TypeError: can only concatenate str (not \"int\") to str"),
            step("m1", "root", "llm", "chat", 0.1, 1),
            step("t1", "root", "tool", "find_product", 1.5, 0.3, args="shoes red", out="[]"),
            step("m2", "root", "llm", "chat", 2, 1),
            step("t2", "root", "tool", "find_product", 3.5, 0.3, args="shoes", out='[{"id": 1, "price": 9}]'),
            step("c1", "root", "chain", "format prices", 5, 0.1, error="TypeError: can only concatenate str (not \"int\") to str"),
        ],
        cause="c1", kind="code_error",
    ),
    case(
        "the connection to a tool server fails before anything begins",
        "error",
        [
            step("root", None, "agent", "crm", 0, 3, error="ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)"),
            step("h1", "root", "io", "mcp connect", 0.1, 2, error="ssl.SSLCertVerificationError: certificate verify failed: self-signed certificate"),
        ],
        cause="h1", kind="connection",
    ),
)  # fmt: skip
