"""Composition of the node's settings, one subject a file. Nothing is decided elsewhere."""

from portal.settings.accounts import *
from portal.settings.anchoring import *
from portal.settings.api import *
from portal.settings.apps import *
from portal.settings.database import *
from portal.settings.environment import *
from portal.settings.keys import *
from portal.settings.language import *
from portal.settings.logs import *
from portal.settings.security import *
from portal.settings.smart import *
