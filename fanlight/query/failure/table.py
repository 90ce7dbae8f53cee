"""What can go wrong: one table of kinds, how an error says that it is one, and what a person can do then.

The words are those that model providers, HTTP clients, agent frameworks and Python itself use. The first row
that fits wins, so what is specific stands above what is general.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A row of the table. `types` is searched in the error's type, `messages` in its text, in any case.

    `is_consequence`: such an error mostly says that something before it gave too little or the wrong thing.
    """

    name: str
    next: str
    types: str = ""
    messages: str = ""
    http: frozenset[int] = frozenset()
    is_consequence: bool = False


TABLE: tuple[Kind, ...] = (
    Kind(
        name="budget",
        next=(
            "Raise the budget if the work is worth it, or look at which step spent it: fanlight show has"
            " the tokens."
        ),
        types=r"BudgetExceeded|UsageLimitExceeded|CostLimit",
        messages=(
            r"budget (?:of .{0,40} )?(?:is |was )?(?:exceeded|exhausted|spent)"
            r"|exceeded (?:the |its |your )?(?:\w+ )?budget"
            r"|(?:total_tokens|request|output_tokens|input_tokens|tool_calls)_limit"
        ),
    ),
    Kind(
        name="loop",
        next=(
            "Give the agent a way out: say what it should do when a tool gives the same answer again, or"
            " stop it with fanlight.guard(max_repeats=...)."
        ),
        types=r"LoopDetected",
        messages=r"loop detected|repeated the same (?:tool )?call|stuck in a loop",
    ),
    Kind(
        name="max_steps",
        next=(
            "See what the last turns did: either the task needs a higher limit, or the agent did not get"
            " nearer."
        ),
        types=(r"GraphRecursionError|MaxTurnsExceeded|MaxIterations|MaxSteps|TooManyIterations|StepLimit"),
        messages=(
            r"recursion limit"
            r"|max(?:imum)?[ _](?:number of )?(?:turns|iterations|steps|rounds)\b"
            r".{0,40}(?:exceeded|reached|hit)"
            r"|(?:exceeded|reached|hit) (?:the )?max(?:imum)?[ _](?:number of )?"
            r"(?:turns|iterations|steps|rounds)"
            r"|stopped due to (?:iteration|max)"
        ),
    ),
    Kind(
        name="context_length",
        next=(
            "Send less: shorten or summarise the history, cut large tool results, or take a model with a"
            " larger context window."
        ),
        types=r"ContextLength|ContextWindow|PromptTooLong|context_length_exceeded",
        messages=(
            r"context[ _](?:length|window|size)|prompt is too long"
            r"|maximum (?:context|prompt|input) length|too many (?:input )?tokens|input is too long"
            r"|exceeds? the (?:maximum|model'?s?) .{0,30}tokens|input token count .{0,40}exceeds"
            r"|reduce the length of the messages|request too large for"
        ),
    ),
    Kind(
        name="quota",
        next="Top up or raise the account's quota with the provider; trying again will not help.",
        types=r"InsufficientQuota|insufficient_quota|BillingError|PaymentRequired",
        messages=(
            r"insufficient[ _]quota|exceeded your current quota|billing (?:hard )?limit"
            r"|credit balance is too low|payment required|out of credits"
        ),
        http=frozenset({402}),
    ),
    Kind(
        name="rate_limit",
        next=(
            "Wait and try again with growing pauses, lower the number of calls at once, or ask the"
            " provider for a higher limit."
        ),
        types=r"RateLimit|TooManyRequests|Throttl|ResourceExhausted|rate_limit",
        messages=(
            r"rate[ _-]?limit|too many requests|\b429\b|throttl|resource[ _]exhausted"
            r"|(?:tokens|requests) per (?:minute|min|day|second)"
        ),
        http=frozenset({429}),
    ),
    Kind(
        name="auth",
        next=(
            "Check the key and its rights: that it is set where the agent runs, is not expired, and may"
            " use this model or service."
        ),
        types=(
            r"Authentication|Unauthorized|Unauthenticated|PermissionDenied|Forbidden|InvalidApiKey"
            r"|AccessDenied|CredentialsError|NoCredentials|invalid_api_key|TokenExpired|ExpiredToken"
        ),
        messages=(
            r"(?:invalid|incorrect|missing|expired|no) (?:\w+ )?(?:api[ _-]?key|credentials?|access token"
            r"|bearer token)"
            r"|api[ _]key .{0,30}(?:not set|must be set|invalid|missing|expired)|unauthori[sz]ed"
            r"|authentication (?:failed|error|required)|token (?:has |is )?expired|permission denied"
            r"|access denied|forbidden|not authori[sz]ed|\b40[13]\b (?:client|unauth|forbid)"
            r"|(?:status|code|http|error)[ :=]+40[13]\b|invalid x-api-key"
        ),
        http=frozenset({401, 403}),
    ),
    Kind(
        name="guardrail",
        next=(
            "Read what the guardrail was given: either the request should be refused, or the guardrail is"
            " too strict."
        ),
        types=r"Guardrail|Tripwire",
        messages=r"guardrail|tripwire",
    ),
    Kind(
        name="refused",
        next=(
            "Read the prompt that was refused and say it otherwise, or use a model or safety setting that"
            " allows the task."
        ),
        types=(
            r"ContentFilter|ContentPolicy|SafetyError|ResponsibleAI|BlockedPrompt|RefusalError"
            r"|content_filter"
        ),
        messages=(
            r"content[ _](?:filter|policy|management)|responsible ?ai"
            r"|blocked (?:by|due to) .{0,30}(?:safety|policy|filter)"
            r"|safety (?:system|filter|settings|reasons)|(?:model|assistant) refused"
            r"|flagged (?:as|by|for)|violat\w+ .{0,40}polic"
            r"|finish_?reason .{0,12}(?:SAFETY|RECITATION|PROHIBITED)"
        ),
    ),
    Kind(
        name="out_of_memory",
        next="Give the process more memory, or hold less at once.",
        types=r"MemoryError|OutOfMemory|OOM",
        messages=r"out of memory|OOM[ -]?kill|cannot allocate memory|memory limit",
    ),
    Kind(
        name="cancelled",
        next=(
            "Somebody or something stopped it: the caller, a deployment or a parent's time limit. Nothing"
            " in the run itself failed."
        ),
        types=(
            r"CancelledError|Cancell?ed$|Cancell?ation|KeyboardInterrupt|AbortError|ClientDisconnect"
            r"|GeneratorExit|OperationCancell?ed|TaskCancell?ed"
        ),
        messages=(
            r"^(?:the )?(?:\w+ )?(?:was |is |has been )?(?:cancell?ed|aborted)\b|cancell?ed by"
            r"|operation was aborted|client disconnected|context cancell?ed|interrupted by user"
        ),
        http=frozenset({499}),
    ),
    Kind(
        name="timeout",
        next=(
            "See why the step is that slow, or give it more time; set limits so that an inner step gives"
            " up before the outer one."
        ),
        types=r"Timeout|DeadlineExceeded|TimedOut|ETIMEDOUT",
        messages=(
            r"timed? ?out|deadline[ _]exceeded|exceeded .{0,20}(?:time limit|deadline)|took too long"
            r"|no response (?:with)?in \d|after \d[\d.]* ?(?:s|ms|seconds?|minutes?)\b.{0,20}without"
        ),
        http=frozenset({408, 504, 524}),
    ),
    Kind(
        name="unknown_tool",
        next=(
            "The model asked for a tool that it does not have: look at the names it was given, and say so"
            " in the tool's error."
        ),
        types=r"ToolNotFound|UnknownTool|NoSuchTool",
        messages=(
            r"(?:tool|function) ['\"`]?[\w.:-]+['\"`]? (?:was )?(?:not found|does not exist"
            r"|is not (?:a valid|available|defined|registered))"
            r"|(?:unknown|no such|unrecogni[sz]ed) (?:tool|function)"
        ),
    ),
    Kind(
        name="invalid_arguments",
        next=(
            "Look at the arguments the model made: make the tool's schema and description clearer, or"
            " give the error back to the model so that it can correct them."
        ),
        types=(
            r"ToolInput|InvalidArgument|InvalidToolArguments|InvalidParams|ToolArgument|BadToolCall"
            r"|ToolRetryError"
        ),
        messages=(
            r"invalid (?:tool )?(?:arguments?|params|parameters|input)|missing \d+ required"
            r"|(?:missing|required) (?:argument|parameter)|unexpected keyword argument"
            r"|argument .{0,40} is required|required positional|-32602"
        ),
    ),
    Kind(
        name="invalid_output",
        next=(
            "Look at what the model gave: ask for structured output by schema, or repair and retry once"
            " with the error in the prompt."
        ),
        types=(
            r"OutputParser|UnexpectedModelBehavior|ModelBehaviorError|NoObjectGenerated|InvalidOutput"
            r"|StructuredOutput|JSONDecodeError|JSONParseError|TypeValidationError"
        ),
        messages=(
            r"could not parse (?:the )?(?:llm|model)?|failed to parse|unterminated string"
            r"|expecting value|unexpected end of (?:json|input|data)|invalid json|not valid json"
            r"|unexpected token .{0,20}json|exceeded maximum retries .{0,20}(?:result|output) validation"
            r"|no object generated|expecting (?:',' delimiter|property name)"
        ),
        is_consequence=True,
    ),
    Kind(
        name="overloaded",
        next=(
            "The provider is at its limit: try again later with growing pauses, or fall back to another"
            " model."
        ),
        types=r"Overloaded|ServiceUnavailable|ServerBusy",
        messages=(
            r"overloaded|\b529\b|\b503\b|service (?:is )?(?:temporarily )?unavailable"
            r"|model is (?:currently )?(?:loading|at capacity)"
        ),
        http=frozenset({503, 529}),
    ),
    Kind(
        name="connection",
        next="Check the address, the network between and whether the other side runs.",
        types=(
            r"Connect(?:ion)?(?:Error|Refused|Reset|Failed)?$|APIConnection|ConnectionError"
            r"|ConnectionReset|ConnectionRefused|ECONN|RemoteProtocol|gaierror|NewConnectionError"
            r"|MaxRetryError|SSLError|BrokenPipe|DNS|NetworkError|OperationalError"
        ),
        messages=(
            r"connection (?:refused|reset|error|aborted|closed|failed)|could not connect"
            r"|failed to (?:connect|resolve)|name or service not known|nodename nor servname"
            r"|network is unreachable|ECONN|getaddrinfo|all connection attempts failed"
            r"|server disconnected|certificate verify failed|broken pipe|peer closed connection"
            r"|temporary failure in name resolution"
        ),
    ),
    Kind(
        name="provider_error",
        next=(
            "The provider failed: look at its status page and try again later, or fall back to another model."
        ),
        types=r"InternalServerError|ServerError|BadGateway|APIStatusError",
        messages=(
            r"internal server error|bad gateway|\b50[02]\b (?:server|internal|bad)"
            r"|(?:status|code|http|error)[ :=]+50[02]\b"
        ),
        http=frozenset({500, 502}),
    ),
    Kind(
        name="bad_request",
        next=(
            "The other side does not take this request: read its message and compare the request with its"
            " documentation."
        ),
        types=(
            r"BadRequest|InvalidRequest|UnprocessableEntity|NotFoundError|ModelNotFound"
            r"|UnsupportedParams"
        ),
        messages=(
            r"model .{0,60}(?:does not exist|not found|is not supported)|unsupported (?:parameter|value)"
            r"|invalid_request_error|\b400\b bad|(?:status|code|http|error)[ :=]+4(?:00|04|22)\b"
        ),
        http=frozenset({400, 404, 405, 409, 413, 415, 422}),
    ),
    Kind(
        name="validation",
        next="Compare what the step was given with what it expects; what made its input stands before it.",
        types=r"ValidationError|SchemaError|ZodError|PydanticUserError",
        messages=(
            r"validation errors? for|does not match schema|failed schema validation|is not of type"
            r"|field required"
        ),
        is_consequence=True,
    ),
    Kind(
        name="code_error",
        next="An error in the agent's own code: the exception event of the span has the stack trace.",
        types=(
            r"^(?:builtins\.)?(?:KeyError|TypeError|AttributeError|IndexError|NameError|UnboundLocalError|ZeroDivisionError|AssertionError|NotImplementedError|ImportError|ModuleNotFoundError|StopIteration|UnicodeDecodeError|ReferenceError|SyntaxError|RecursionError)$"
        ),
        messages=(
            r"'NoneType' object|object has no attribute|list index out of range"
            r"|cannot read propert(?:y|ies) of (?:undefined|null)|is not a function|unsupported operand"
            r"|not subscriptable|division by zero|no module named"
        ),
        is_consequence=True,
    ),
)

OTHERS: dict[str, str] = {
    "tool_error": (
        "Look at the tool's arguments and at its own log; the model was not at fault unless the"
        " arguments are wrong."
    ),
    "model_error": (
        "Read the provider's message on the span; try the same request again before changing the prompt."
    ),
    "retrieval_error": "Check the index or database behind the retriever.",
    "error": "The span's exception event has the message and the stack trace.",
    "output_truncated": "Raise max_tokens, ask for less at once, or continue the answer in a second call.",
    "empty_result": (
        "See what was asked of the tool: widen the query, or tell the model to say that nothing was found."
    ),
    "tool_reported_error": (
        "The tool gave an error as its result, and the run went on: read the result and let the agent"
        " act on it."
    ),
    "lost": (
        "The process ended without a word: look at its host for a crash, a kill or an out-of-memory"
        " event, and at the last log lines before it."
    ),
    "stuck": "Nothing has happened for long: look at the open step, and give it a time limit.",
    "log_error": "Read the log record and what stands around it.",
}
"""Kinds that no error text names, each with what a person can do."""
