# keepalived and its page in one container. They work on the host's network:
#
#   docker run --detach --name keepalived-wai --network host \
#     --cap-add NET_ADMIN --cap-add NET_RAW --cap-add SYS_ADMIN \
#     --volume keepalived-config:/etc/keepalived --volume keepalived-wai:/var/lib/keepalived-wai \
#     keepalived-wai
#
# NET_ADMIN sets the virtual IP, NET_RAW sends advertisements and captures packets, SYS_ADMIN is for
# the private mount in which a configuration is tested. The page listens on the host's
# 127.0.0.1:9443; set WAI_LISTEN for more. What answers the network runs as the user keepalived-wai,
# without rights. The first password of admin, and the state:
#
#   docker exec keepalived-wai keepalived-wai first-password
#   docker exec keepalived-wai keepalived-wai status

FROM node:24-bookworm-slim AS build
WORKDIR /usr/lib/keepalived-wai
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json README.md ./
COPY scripts scripts
COPY server server
COPY public public
COPY views views
RUN npm run build

FROM node:24-bookworm-slim
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    curl iproute2 iputils-arping keepalived procps rsyslog tcpdump util-linux \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin keepalived-wai
WORKDIR /usr/lib/keepalived-wai
COPY --from=build /usr/lib/keepalived-wai/build build
COPY LICENSE package.json ./
COPY packaging/container-entrypoint.sh packaging/container-health.sh packaging/rsyslog.conf packaging/
COPY public public
COPY --from=build /usr/lib/keepalived-wai/public/build public/build
COPY views views
COPY packaging/keepalived-wai.sh /usr/bin/keepalived-wai
RUN ln -s /usr/local/bin/node node
ENV NODE_ENV=production WAI_SERVICE_MANAGER=supervised
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["packaging/container-health.sh"]
ENTRYPOINT ["packaging/container-entrypoint.sh"]
CMD ["node", "build/main.js"]
