# The one image of ours: every command of ./sonae but those that start private servers.
FROM python:3.11-slim

# /mosquitto/data: a new volume takes over the owner, the account of the official broker image.
RUN useradd --create-home --uid 10001 sonae \
    && mkdir -p /mosquitto/data && chown 1883:1883 /mosquitto/data
WORKDIR /app
ENV PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

COPY lock/run.txt lock/run.txt
RUN pip install --no-cache-dir --require-hashes -r lock/run.txt

COPY pyproject.toml ./
COPY geo geo
COPY sensors sensors
COPY shelters shelters
COPY alerts alerts
COPY recovery recovery
COPY ingest ingest
COPY dashboard dashboard
COPY ops ops

USER sonae
ENTRYPOINT ["python", "-m", "ops"]
CMD ["--help"]
