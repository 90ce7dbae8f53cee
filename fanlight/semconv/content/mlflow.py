"""MLflow: inputs and outputs of a span as JSON."""

from fanlight.semconv.content.source import attribute

SOURCES = (
    attribute("input", "mlflow.spanInputs"),
    attribute("output", "mlflow.spanOutputs"),
    attribute("tools", "mlflow.chat.tools"),
)
