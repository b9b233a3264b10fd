def map_html(document, land):
    return "<html></html>"
