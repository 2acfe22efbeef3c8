"""Decides who gets in. The pipeline is pure; `service` carries out what it asks for.

Knows neither HTTP nor OpenID Connect: `broker.web` brings the portal's request in and takes the
decision out.
"""
