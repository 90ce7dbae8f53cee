from langchain_core.language_models import FakeListChatModel
from langchain_core.prompts import ChatPromptTemplate
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource({"service.name": "langchain-hello", "project": "{{project}}"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter("{{endpoint}}/v1/traces")))
LangChainInstrumentor().instrument(tracer_provider=provider)

# A scripted model, so that this runs without a key; put your own in its place.
model = FakeListChatModel(responses=["Hello from LangChain."])
chain = ChatPromptTemplate.from_messages([("user", "Say hello to {name}.")]) | model
print(chain.invoke({"name": "Fanlight"}).content)

provider.shutdown()
