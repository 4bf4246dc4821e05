"""`python -m mock_server.wire`: lawful but odd HTTP before a server."""

import sys

from mock_server.wire.proxy import main

sys.exit(main())
