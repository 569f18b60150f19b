#!/usr/bin/env python3
"""Writes sample.jsonl.gz: a sample of what AWS CLI 2.36.7 was recorded doing, with the parts of the models that it needs.

  sample.py RECORDINGS MODELS

RECORDINGS holds SERVICE.jsonl.gz and index.json, MODELS the models in botocore's format that the recordings were made with.
One line for each service: {"service", "folder", "model": {file name: text}, "cases": [...]}. Documentation is left out: of the
models, and the cases that print it.
"""
import collections, gzip, json, os, sys, zlib

KINDS_WITH_DOCUMENTATION = {'skeleton-yaml'}
SIZE_LIMIT = 1_900_000
FIELDS = ('id', 'operation', 'kind', 'argv', 'files', 'responses', 'rc', 'stdout', 'requests', 'host_prefix')


def without_documentation(value):
    if isinstance(value, dict):
        return {k: without_documentation(v) for k, v in value.items() if not (k in ('documentation', 'documentationUrl', 'deprecatedMessage') and isinstance(v, str))}
    if isinstance(value, list):
        return [without_documentation(v) for v in value]
    return value


def shapes_of(value, found):
    """The names of all shapes that a part of a model refers to."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == 'shape' and isinstance(inner, str): found.add(inner)
            else: shapes_of(inner, found)
    elif isinstance(value, list):
        for inner in value: shapes_of(inner, found)


def pruned(folder, operations):
    """The model's files, with no more than these operations and what they need."""
    read = lambda name: json.load(open(os.path.join(folder, name))) if os.path.exists(os.path.join(folder, name)) else None
    service = read('service-2.json')
    kept = {name: value for name, value in service['operations'].items() if name in operations or value.get('endpointoperation')}
    known, new = set(), set()
    shapes_of(kept, new)
    while new - known:
        name = (new - known).pop()
        known.add(name)
        shapes_of(service['shapes'][name], new)
    files = {'service-2.json': {**service, 'operations': kept, 'shapes': {n: s for n, s in service['shapes'].items() if n in known}}}
    for name, key, of in (('paginators-1.json', 'pagination', lambda n, v: n), ('paginators-1.sdk-extras.json', None, None),
                          ('waiters-2.json', 'waiters', lambda n, v: v['operation']), ('endpoint-rule-set-1.json', None, None)):
        value = read(name)
        if value is None: continue
        if key: value[key] = {n: v for n, v in value[key].items() if of(n, v) in kept}
        elif 'merge' in value and 'pagination' in value['merge']:
            value['merge']['pagination'] = {n: v for n, v in value['merge']['pagination'].items() if n in kept}
        files[name] = value
    # As text, since the order of members counts.
    return {name: json.dumps(without_documentation(value), ensure_ascii=False, separators=(',', ':')) for name, value in files.items()}


def chosen(cases, most):
    """The operations of a service's sample: each adds the most kinds that are missing, for the least text."""
    by = collections.defaultdict(list)
    for case in cases: by[case['operation']].append(case)
    size = {o: sum(len(json.dumps(c)) for c in cs) for o, cs in by.items()}
    missing, found = {c['kind'] for c in cases}, []
    while by and len(found) < most:
        worth = lambda o: (len({c['kind'] for c in by[o]} & missing), -size[o] // 4000, zlib.crc32(o.encode()))
        best = max(by, key=worth)
        found.append(best)
        missing -= {c['kind'] for c in by.pop(best)}
    return found


def main():
    recordings, models = sys.argv[1:]
    index = json.load(open(os.path.join(recordings, 'index.json')))
    lines = []
    for word, info in sorted(index['services'].items()):
        file = os.path.join(recordings, word + '.jsonl.gz')
        if info['protocol'] != 'json' or not os.path.exists(file): continue
        cases = [json.loads(line) for line in gzip.open(file, 'rt', encoding='utf-8')]
        cases = [c for c in cases if 'crash' not in c and 'local' not in c and c['kind'] not in KINDS_WITH_DOCUMENTATION
                 and not any('b64' in x for x in [*c['files'].values(), *c['responses'], *c['requests']])]
        operations = chosen(cases, 8)
        model = pruned(os.path.join(models, info['model'], info['api_version']), operations)
        kept = [{k: c[k] for k in FIELDS if k in c} for c in cases if c['operation'] in operations]
        for case in kept:
            case['files'] = {n: f['body'] for n, f in case['files'].items()}
        folder = f'{info["model"]}/{info["api_version"]}'
        lines.append(json.dumps({'service': word, 'folder': folder, 'model': model, 'cases': kept}, ensure_ascii=False, separators=(',', ':')))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'sample.jsonl.gz')
    with open(path, 'wb') as out, gzip.GzipFile('', 'wb', 9, out, mtime=0) as packed:
        packed.write(('\n'.join(lines) + '\n').encode())
    size = os.path.getsize(path)
    print(f'{len(lines)} services, {sum(len(json.loads(l)["cases"]) for l in lines)} cases, {size} bytes')
    if size > SIZE_LIMIT: sys.exit('the sample is larger than it may be')


if __name__ == '__main__': main()
