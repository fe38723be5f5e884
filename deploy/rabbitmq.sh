#!/bin/sh
# Run once on a node of the cluster: rabbitmq.sh < FILE-WITH-THE-PASSWORD
# The gateway's user may make and read its own reply queues, publish to any queue, and nothing else.
# The request queues (credit.requests, …) belong to the hosts' side, with a user of its own; make them quorum queues.
set -eu
rabbitmqctl add_user tellerline-gateway
rabbitmqctl add_vhost tellerline
rabbitmqctl set_permissions --vhost tellerline tellerline-gateway \
    '^tellerline\.reply\.' '^(amq\.default|tellerline\.reply\..*)$' '^tellerline\.reply\.'
