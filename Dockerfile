# The reading half of lenet and its service: no training, no root.
#   docker build -t lenet .
#   docker run -p 127.0.0.1:8000:8000 -e LENET_TOKEN="$(openssl rand -hex 16)" lenet
FROM python:3.11-slim AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
RUN python -m venv /opt/lenet \
    && /opt/lenet/bin/python -m pip install --no-cache-dir -c constraints.txt '.[serve]'

FROM python:3.11-slim
COPY --from=build /opt/lenet /opt/lenet
ENV PATH=/opt/lenet/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# Corrections go to /data, if any are kept: --collect /data/corrections.db
RUN useradd --system --uid 10001 --home-dir /data --create-home lenet
USER 10001
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
# Asks for LENET_TOKEN, because it lets others in; --no-auth does without.
ENTRYPOINT ["lenet", "serve", "--host", "0.0.0.0"]
