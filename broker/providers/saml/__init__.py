"""SAML 2.0 on the wire: the gate that answers pass, our own signed messages, and the artifact channel.

The only place that uses lxml and pysaml2. The order of the checks stands in `gate`.
"""
